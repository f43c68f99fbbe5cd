import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '@app/testing/servers';
import { startTwilioEmulator, type TwilioEmulator } from '@app/emulators/twilio';
import { phoneNumber } from '../cast.js';
import { Client } from '../client.js';
import { Reader, type Entry } from '../evidence.js';
import { until } from './kill-bench.fixture.js';
import { ACCOUNT, Product, programAt } from '../product.js';

const TEXTS = 1_000;
const NUMBERS = 50;
const OUTAGE_MS = 10 * 60_000;
/** The outage ended so long ago that no webhook of it can still be on its way. */
const OVER_FOR_MS = 2 * 60_000;
const LONGEST_MS = 120_000;

const LAST = TEXTS / NUMBERS - 1;

type Story = {
  readonly keywords: Readonly<Record<number, string>>;
  readonly consent: 'yes' | 'no' | 'none';
  readonly send: 201 | 'RecipientOptedOut';
};

/** Keywords among a number's texts, by place, and their result: its consent, and the response to staff's next text. */
const stories: readonly Story[] = [
  { keywords: { [LAST]: 'STOP' }, consent: 'no', send: 'RecipientOptedOut' },
  { keywords: { 2: 'Stop.', 5: 'START' }, consent: 'yes', send: 201 },
  { keywords: { 2: 'START', 5: 'Stop.' }, consent: 'no', send: 'RecipientOptedOut' },
  { keywords: { 2: 'START', 5: 'STOP', 8: 'unstop' }, consent: 'yes', send: 201 },
  {
    keywords: { 2: 'STOP', 5: 'START', [LAST]: 'STOP\n\nSent from my iPhone' },
    consent: 'no',
    send: 'RecipientOptedOut',
  },
  { keywords: { 5: 'START' }, consent: 'yes', send: 201 },
  // There was no opt-in request, so YES is an ordinary word and undoes no opt-out.
  { keywords: { 5: 'STOP', [LAST]: 'YES' }, consent: 'no', send: 'RecipientOptedOut' },
  { keywords: {}, consent: 'none', send: 201 },
];
const storyOf = (number: number): Story =>
  stories[number % stories.length] ?? { keywords: {}, consent: 'none', send: 201 };
const textOf = (number: number, nth: number): string => storyOf(number).keywords[nth] ?? `${number} says ${nth}`;

let folder: string;
let emulator: TwilioEmulator;
let product: Product;
let client: Client;
let agent: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'missed-texts-'));
  emulator = await startTwilioEmulator();
  const environment = {
    TWILIO_API_URL: emulator.url,
    POLL_INBOUND_EVERY_MS: '200',
    KILL_FILE: join(folder, 'kill-at'),
  };
  const nodeOptions = ['--import', pathToFileURL(programAt('apps/tools/chaos/kill-at.js')).href];
  product = new Product({ folder, port: await freePort(), environment, nodeOptions });
  client = new Client(product);
}, LONGEST_MS);
afterAll(async () => {
  await product.end('SIGKILL');
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
}, LONGEST_MS);

/** Starts a process that dies at this step of its catch-up. */
async function dieAt(step: string): Promise<void> {
  writeFileSync(join(folder, 'kill-at'), step);
  product.spawn();
  expect(await until(`it dies ${step}`, () => product.endedByItself ?? undefined)).toBe('SIGKILL');
  product.endedByItself = null;
}

const send = async (conversationId: string): Promise<unknown> => {
  const request = {
    method: 'POST',
    path: `/v1/conversations/${conversationId}/messages`,
    token: agent,
    key: `send-${conversationId}`,
    body: { channel: 'sms', text: 'We are back' },
  } as const;
  const { status, body } = await client.ask(request);
  return status === 201 ? 201 : body['code'];
};

it(
  'T5 K2 K3 K9: ten minutes of outage with 1,000 inbound texts: none lost, none duplicated, each conversation in order, and of STOP and START the later one counts',
  async () => {
    const { url, programId, senderPhone, tokens } = await product.start();
    agent = tokens.agent;
    const reader = new Reader(client, tokens.manager);
    emulator.putAccount(ACCOUNT.accountSid, {
      authToken: ACCOUNT.authToken,
      numbers: [{ phoneNumber: senderPhone, smsUrl: `${url}/webhooks/twilio/${programId}/messages` }],
    });
    const start = Date.now() - OVER_FOR_MS - OUTAGE_MS;
    const inbound = (number: number, body: string, at: number, deliver = true): ReturnType<TwilioEmulator['inbound']> =>
      emulator.inbound({
        from: phoneNumber(number),
        to: senderPhone,
        body,
        createdAt: new Date(at).toISOString(),
        deliver,
      });

    const threads = async (): Promise<Map<string, readonly Entry[]>> =>
      new Map((await reader.threads()).map(({ phone, entries }) => [phone ?? '', entries]));
    const texts = (entries: readonly Entry[] | undefined): string[] => (entries ?? []).map(({ text }) => text);
    const count = async (): Promise<number> =>
      [...(await threads()).values()].flat().filter(({ channel, direction }) => channel === 'sms' && direction === 'in')
        .length;

    // A text that arrives normally, and is the last event before the product is stopped.
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
    // One more, so that a complete poll was done after they were in the list.
    await inbound(NUMBERS, 'after', start + OUTAGE_MS + 1_000, false);
    const all = await until('one more look was taken', async () => {
      const now = await threads();
      return texts(now.get(phoneNumber(NUMBERS))).length === 2 ? now : undefined;
    });

    expect(texts(all.get(phoneNumber(NUMBERS)))).toEqual(['before', 'after']);
    for (const [phone, sent] of expected) expect(texts(all.get(phone))).toEqual(sent);
    expect(await count()).toBe(TEXTS + 2);

    const byPhone = new Map((await reader.conversations()).map((row) => [row.phone, row]));
    for (let number = 0; number < NUMBERS; number += 1) {
      const { id = '', consent } = byPhone.get(phoneNumber(number)) ?? {};
      const { keywords: _, ...expected } = storyOf(number);
      expect({ number, consent, send: await send(id) }).toEqual({ number, ...expected });
    }
  },
  LONGEST_MS,
);
