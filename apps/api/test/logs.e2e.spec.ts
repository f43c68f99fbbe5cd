import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROVIDER_TOKEN, MARKER } from './api.fixture.js';

type Facts = {
  readonly url: string;
  readonly emulatorUrl: string;
  readonly programId: string;
  readonly senderPhone: string;
  readonly contactId: string;
  readonly referralId: string;
  readonly tokens: Readonly<Record<'manager' | 'agent' | 'contact', string>>;
};

const PHONES = ['+14155550181', '+14155550182'] as const;
const EMAIL = 'zyxwv.person@mail.example';

let folder: string;
let child: ChildProcessWithoutNullStreams;
let facts: Facts;
/** The complete output of the process except its first line, which is for whoever started it. */
let output = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'));
  const environment = {
    ...process.env,
    TWILIO_AUTH_TOKEN: PROVIDER_TOKEN,
    RECONCILE_EVERY_MS: '500',
    TWILIO_TIMEOUT_MS: '500',
    POLL_INBOUND_EVERY_MS: '200',
    POLL_INBOUND_GRACE_MS: '0',
  };
  child = spawn(process.execPath, ['dist/apps/standalone/src/main.js', '--json', '--port', '0', '--data', folder], {
    env: environment,
  });
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let first = '';
  while (!first.includes('\n')) first += String((await once(child.stdout, 'data'))[0]);
  facts = JSON.parse(first.slice(0, first.indexOf('\n'))) as Facts;
  output += first.slice(first.indexOf('\n') + 1);
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
});
afterAll(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  method: string,
  path: string,
  body?: unknown,
  token: string | null = facts.tokens.manager,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${facts.url}${path}`, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  expect(answer.status).toBeLessThan(500);
  return (await answer.json().catch(() => ({}))) as Record<string, unknown>;
}

async function emulator(path: string, body: object): Promise<void> {
  const { status } = await fetch(`${facts.emulatorUrl}/emulator/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(status).toBeLessThan(300);
}

describe('U3: personal content never reaches the output', () => {
  it('for any input, valid or invalid', async () => {
    const { contactId } = await ask('POST', '/v1/contacts', {
      name: `${MARKER} Name`,
      phones: [PHONES[0]],
      emails: [EMAIL],
      externalId: MARKER,
    });
    await ask('POST', '/v1/consents', { contactId, wording: MARKER, wordingVersion: '1', source: MARKER });
    const { conversationId } = await ask('POST', '/v1/conversations', { contactId });
    for (const [from, text] of [
      [PHONES[0], 'yes'],
      [PHONES[0], MARKER],
      [PHONES[1], `${MARKER}\u0000`],
    ] as const)
      await emulator('inbound', { from, to: facts.senderPhone, body: text });
    await sleep(500);
    await emulator('faults', { next: ['429', 'timeout-after', '500-before', 'reset-before'] });
    for (const channel of ['sms', 'in-app', 'sms', 'sms', 'fax'])
      await ask('POST', `/v1/conversations/${String(conversationId)}/messages`, {
        channel,
        text: `${MARKER} ${PHONES[0]}`,
      });

    const one = `/v1/conversations/${String(conversationId)}`;
    await ask('POST', `${one}/messages`, `{"text":"${MARKER}`);
    await ask('POST', `${one}/messages`, { channel: 'in-app', text: `${MARKER}\u0000`, [MARKER]: 1 });
    await ask('POST', `${one}/messages`, MARKER, undefined, { 'content-type': 'text/plain' });
    await ask('POST', `${one}/messages`, { channel: 'in-app', text: MARKER.repeat(6_000) });
    await ask('GET', `/v1/conversations/%zz${MARKER}`);
    await ask('GET', `/v1/${MARKER}?phone=${PHONES[0]}`);
    await ask('GET', `/v1/contacts?search=${encodeURIComponent(PHONES[0])}`);
    await ask('GET', `/v1/conversations?after=${MARKER}`);
    await ask('GET', '/v1/conversations', undefined, `${MARKER}.${MARKER}.${MARKER}`);
    await ask('GET', '/v1/conversations', undefined, facts.tokens.agent, {
      'if-match': MARKER,
      'idempotency-key': MARKER,
    });
    await ask('POST', `${one}/archive`, undefined, facts.tokens.agent, { 'idempotency-key': `${MARKER} ${PHONES[0]}` });
    await ask('POST', '/graphql', {
      query: `{ inbox(folder: "${MARKER}", after: "${MARKER}") { edges { node { id } } } }`,
    });
    await ask('POST', '/graphql', { query: `{ ${MARKER.replace('-', '_')}(x: "${PHONES[0]}") }` });
    await ask('POST', '/graphql', {
      query: 'query ($x: Int) { inbox(first: $x) { edges { node { id } } } }',
      variables: { x: MARKER },
    });
    const form = new URLSearchParams({
      MessageSid: `SM${'a'.repeat(32)}`,
      From: PHONES[1],
      To: facts.senderPhone,
      Body: MARKER,
    }).toString();
    await ask('POST', `/webhooks/twilio/${facts.programId}/messages`, form, null, {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': MARKER,
    });
    await ask(
      'POST',
      `/v1/portal/conversations/${String(conversationId)}/messages`,
      { text: MARKER },
      facts.tokens.contact,
    );
    await sleep(1_500);

    const exit = once(child, 'close');
    child.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
    for (const personal of [
      MARKER,
      MARKER.replace('-', '_'),
      ...PHONES.map((phone) => phone.slice(2)),
      EMAIL,
      'zyxwv',
      PROVIDER_TOKEN,
      ...Object.values(facts.tokens),
    ])
      expect(output.toLowerCase()).not.toContain(personal.toLowerCase());
  });

  it('and each line of the output is one JSON object', () => {
    for (const line of output.split('\n').filter(Boolean)) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});
