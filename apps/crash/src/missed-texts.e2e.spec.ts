import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '@app/testing/engines';
import { startTwilioEmulator, type TwilioEmulator } from '@app/twilio-emulator';
import { phoneNumber } from './cast.js';
import { Client } from './client.js';
import { Reader, type Entry } from './evidence.js';
import { until } from './kill-bench.fixture.js';
import { ACCOUNT, Product, programAt } from './product.js';

const TEXTS = 1_000;
const NUMBERS = 50;
const OUTAGE_MS = 10 * 60_000;
/** The outage is over for so long that no webhook of it can be on its way. */
const OVER_FOR_MS = 2 * 60_000;
const LONGEST_MS = 120_000;

/** What a number's nth text says: of each three one ends with STOP, one says START, half of these after a STOP, and one says neither. */
function textOf(number: number, nth: number): string {
  if (number % 3 === 0 && nth === TEXTS / NUMBERS - 1) return 'STOP';
  if (number % 3 === 1 && nth === 5) return 'START';
  if (number % 6 === 1 && nth === 2) return 'Stop.';
  return `${number} says ${nth}`;
}

let folder: string;
let emulator: TwilioEmulator;
let product: Product;
let client: Client;
let agent: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'missed-texts-'));
  emulator = await startTwilioEmulator();
  const environment = { TWILIO_API_URL: emulator.url, POLL_INBOUND_EVERY_MS: '200', KILL_FILE: join(folder, 'kill-at') };
  const nodeOptions = ['--import', pathToFileURL(programAt('apps/crash/src/kill-at.js')).href];
  product = new Product({ folder, port: await freePort(), environment, nodeOptions });
  client = new Client(product);
}, LONGEST_MS);
afterAll(async () => {
  await product.end('SIGKILL');
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
}, LONGEST_MS);

/** Starts a process that dies at this step of its catching up. */
async function dieAt(step: string): Promise<void> {
  writeFileSync(join(folder, 'kill-at'), step);
  product.spawn();
  expect(await until(`it dies ${step}`, () => product.endedByItself ?? undefined)).toBe('SIGKILL');
  product.endedByItself = null;
}

const send = async (conversationId: string): Promise<unknown> => {
  const request = { method: 'POST', path: `/v1/conversations/${conversationId}/messages`, token: agent, key: `send-${conversationId}`, body: { channel: 'sms', text: 'We are back' } } as const;
  const { status, body } = await client.ask(request);
  return status === 201 ? 201 : body['code'];
};

it('T5 K9: ten minutes of outage with 1,000 inbound texts: none lost, none doubled, each conversation in order, and every STOP obeyed', async () => {
  const { url, programId, senderPhone, tokens } = await product.start();
  agent = tokens.agent;
  const reader = new Reader(client, tokens.manager);
  emulator.putAccount(ACCOUNT.accountSid, { authToken: ACCOUNT.authToken, numbers: [{ phoneNumber: senderPhone, smsUrl: `${url}/webhooks/twilio/${programId}/messages` }] });
  const start = Date.now() - OVER_FOR_MS - OUTAGE_MS;
  const inbound = (number: number, body: string, at: number, deliver = true): ReturnType<TwilioEmulator['inbound']> =>
    emulator.inbound({ from: phoneNumber(number), to: senderPhone, body, createdAt: new Date(at).toISOString(), deliver });

  const threads = async (): Promise<Map<string, readonly Entry[]>> => new Map((await reader.threads()).map(({ phone, entries }) => [phone ?? '', entries]));
  const texts = (entries: readonly Entry[] | undefined): string[] => (entries ?? []).map(({ text }) => text);
  const count = async (): Promise<number> => [...(await threads()).values()].flat().filter(({ channel, direction }) => channel === 'sms' && direction === 'in').length;

  // One that comes as usual, and the last thing before the product is gone.
  expect((await inbound(NUMBERS, 'before', start - 60_000)).webhook.delivered).toBe(true);
  await until('the text before the outage is there', async () => ((await count()) === 1 ? true : undefined));
  await product.end('SIGKILL');

  const expected = new Map<string, string[]>();
  for (let n = 0; n < TEXTS; n += 1) {
    const number = n % NUMBERS;
    const text = textOf(number, Math.floor(n / NUMBERS));
    const { webhook } = await inbound(number, text, start + (n * OUTAGE_MS) / TEXTS);
    expect(webhook.status).toBeNull();
    expected.set(phoneNumber(number), [...(expected.get(phoneNumber(number)) ?? []), text]);
  }

  await dieAt('after InboundReceived');
  await dieAt('before OptedOut');
  await product.start();
  await until('all texts are there', async () => ((await count()) > TEXTS ? true : undefined));
  // One more, so that a whole look at the list was taken after they were there.
  await inbound(NUMBERS, 'after', start + OUTAGE_MS + 1_000, false);
  const all = await until('one more look was taken', async () => {
    const now = await threads();
    return texts(now.get(phoneNumber(NUMBERS))).length === 2 ? now : undefined;
  });

  expect(texts(all.get(phoneNumber(NUMBERS)))).toEqual(['before', 'after']);
  for (const [phone, sent] of expected) expect(texts(all.get(phone))).toEqual(sent);
  expect(await count()).toBe(TEXTS + 2);

  for (const { id, phone } of await reader.conversations()) {
    const number = Array.from({ length: NUMBERS }, (_, n) => n).find((n) => phoneNumber(n) === phone);
    if (number !== undefined && number % 6 !== 1) expect([number, await send(id)]).toEqual([number, number % 3 === 0 ? 'RecipientOptedOut' : 201]);
  }
}, LONGEST_MS);
