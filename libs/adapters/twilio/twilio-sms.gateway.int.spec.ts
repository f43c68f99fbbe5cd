import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SendOutcome } from '@app/gateways';
import { smsGatewayContract, type SmsTrouble } from '@app/testing/contracts';
import { signForm, startTwilioEmulator, type Fault } from '@app/emulators/twilio';
import { TwilioSmsGateway } from './twilio-sms.gateway.js';
import { TwilioWebhookSignatures } from './twilio-webhook-signatures.js';

const account = { accountSid: `AC${'0'.repeat(31)}1`, authToken: 'a'.repeat(32) };
const from = '+14155550100';
const optedOut = '+14155550199';
const timeoutMs = 300;

const faults: Readonly<Record<string, Fault>> = {
  'lost-before': 'reset-before',
  'lost-after': 'reset-after',
  'silent-after': 'timeout-after',
  busy: '429',
  'error-after': '500-after',
};

smsGatewayContract('Twilio’s SDK against the emulator', async () => {
  const emulator = await startTwilioEmulator({ accounts: [{ ...account, numbers: [{ phoneNumber: from }] }] });
  await emulator.inbound({ from: optedOut, to: from, body: 'STOP' });
  const gateways = {
    reached: new TwilioSmsGateway(emulator.url, timeoutMs),
    unreached: new TwilioSmsGateway('http://127.0.0.1:1', timeoutMs),
  };
  let trouble: SmsTrouble = null;
  const opened = {
    gateway: {
      send: (...[who, sms]: Parameters<TwilioSmsGateway['send']>) =>
        (trouble === 'unreachable' ? gateways.unreached : gateways.reached).send(
          who,
          trouble === 'opted-out' ? { ...sms, to: optedOut } : sms,
        ),
      find: (...asked: Parameters<TwilioSmsGateway['find']>) => gateways.reached.find(...asked),
    },
    account,
    sms: { from, to: '+14155550132', text: '', statusCallback: `${emulator.url}/emulator/health` },
    meet: (next: SmsTrouble) => {
      trouble = next;
      const fault = next === null ? undefined : faults[next];
      emulator.setFaults({ next: fault === undefined ? [] : [fault] });
    },
    accepted: () => emulator.ledger().creates.filter(({ accepted }) => accepted).length,
    close: () => emulator.close(),
  };
  return opened;
});

describe("T8: the meaning of a provider's response", () => {
  const sms = { from, to: '+14155550132', text: 'Hello', statusCallback: 'http://127.0.0.1:9/' };
  let answer: { status: number; body: string };
  const server = createServer((_request, response) =>
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body),
  );
  let gateway: TwilioSmsGateway;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    gateway = new TwilioSmsGateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 5_000);
  });
  afterAll(() => server.close());

  it.each<[number, string, SendOutcome]>([
    [401, '{"code":20003,"message":"Authenticate"}', { kind: 'refused', code: '20003', reason: 'HTTP 401' }],
    [401, '{}', { kind: 'refused', code: '20003', reason: 'HTTP 401' }],
    [400, '{"code":21606}', { kind: 'refused', code: '21606', reason: 'HTTP 400' }],
    [408, '{"code":20003}', { kind: 'uncertain', cause: 'HTTP 408' }],
    [503, '{}', { kind: 'uncertain', cause: 'HTTP 503' }],
    [429, '{}', { kind: 'back-off', code: '20429', retryAfterMs: 2_000 }],
    // From a proxy, not from the provider.
    ...[403, 404, 407].flatMap((status) =>
      ['{}', '<html>', '{"code":403}'].map((body): [number, string, SendOutcome] => [
        status,
        body,
        { kind: 'back-off', code: `HTTP ${status}`, retryAfterMs: 5_000 },
      ]),
    ),
    [429, '{"code":21611}', { kind: 'back-off', code: '21611', retryAfterMs: 2_000 }],
  ])('T8: HTTP %i with %s', async (status, body, outcome) => {
    answer = { status, body };
    expect(await gateway.send(account, sms)).toEqual(outcome);
  });
});

describe('T3: webhook signatures', () => {
  const signatures = new TwilioWebhookSignatures();
  const url = 'https://api.example/webhooks/twilio/p/messages';
  const form = { From: '+14155550132', Body: 'Ünï & co', To: from };
  const signature = signForm(account.authToken, url, form);

  it('T3: accepts a form signed by the owner of the token', () =>
    expect(signatures.isGenuine(account.authToken, signature, url, form)).toBe(true));

  it.each([
    ['another token', 'b'.repeat(32), signature, url, form],
    ['another URL', account.authToken, signature, `${url}?x`, form],
    ['another parameter', account.authToken, signature, url, { ...form, Body: 'other' }],
    ['one more parameter', account.authToken, signature, url, { ...form, More: '' }],
    ['no signature', account.authToken, '', url, form],
    ['an empty token, honestly signed with it', '', signForm('', url, form), url, form],
  ])('T3: refuses %s', (_what, token, signed, at, posted) =>
    expect(signatures.isGenuine(token, signed, at, posted as Record<string, string>)).toBe(false),
  );
});
