import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phoneNumber } from '../cast.js';
import type { Entry } from '../evidence.js';
import { KillBench, until } from './kill-bench.fixture.js';

type Path = 'text' | 'question' | 'inbound' | 'stop' | 'mail';
/** A text is sent once, or staff sees that it may not have been sent; everything else exists once. */
type Row = { readonly path: Path; readonly step: string; readonly ends: 'sent' | 'uncertain' };

/** Consecutive steps: nothing durable happens between one and the next. */
const chain = (path: Path, first: string, ...steps: readonly string[]): Row[] =>
  [`before ${first}`, ...[first, ...steps].map((step) => `after ${step}`)].map((step) => ({
    path,
    step,
    ends: 'sent',
  }));

const allRows: readonly Row[] = [
  ...chain('text', 'MessageSent', 'topic publish', 'checkpoint publisher', 'DeliveryRequested', 'topic commit'),
  // From here to the provider's response nobody can know whether it was sent.
  { path: 'text', step: 'after DeliveryClaimed', ends: 'uncertain' },
  { path: 'text', step: 'before text', ends: 'uncertain' },
  { path: 'text', step: 'after text', ends: 'sent' },
  ...chain('text', 'DeliveryAccepted'),
  ...chain('text', 'ReceiptReceived'),
  ...chain('text', 'AddressTexted', 'checkpoint automation'),
  ...chain('question', 'OptInRequested', 'AutomatedTextSent'),
  { path: 'question', step: 'after DeliveryClaimed', ends: 'uncertain' },
  ...chain(
    'inbound',
    'InboundReceived',
    'InboundRouted',
    'ContactCreated',
    'TextedFirst',
    'ConversationStarted',
    'MessageReceived',
    'checkpoint automation',
  ),
  ...chain('inbound', 'AddressHeld'),
  ...chain('stop', 'OptedOut', 'KeywordReceived'),
  ...chain('mail', 'MessageReceived', 'DeliveryRequested', 'DeliveryClaimed', 'mail', 'DeliveryAccepted'),
];

/** KILL_CASES=6 runs six of them, spread over the whole list. */
const cases = Math.min(Number(process.env['KILL_CASES'] ?? allRows.length), allRows.length);
const rows = allRows.filter(
  (_, n) => Math.floor((n * cases) / allRows.length) !== Math.floor(((n - 1) * cases) / allRows.length),
);

const LANES = 2;
/** For all rows together, on a slow machine. */
const LONGEST_MS = 300_000;
const sentStates = ['accepted', 'sent', 'delivered'];
let count = 0;

/** A separate person for each row, so that rows of one bench do not interfere. */
const paths: Readonly<Record<Path, (bench: KillBench, row: Row, n: number) => Promise<void>>> = {
  async text(bench, { step, ends }, n) {
    const { phone, conversationId } = await newcomer(bench, n);
    await bench.inbound(phone, `hello ${n}`);
    await until('the number has texted', async () =>
      (await bench.thread(conversationId)).length > 0 ? true : undefined,
    );
    const text = `answer ${n}`;
    await bench.dyingAt(step, () =>
      bench.post(`/v1/conversations/${conversationId}/messages`, `send-${n}`, { channel: 'sms', text }),
    );
    await expectText(bench, conversationId, (entry) => entry.text === text, phone, ends);
    // An answer goes to the conversation that wrote last.
    await bench.inbound(phone, `thanks ${n}`);
    await until('the answer arrives', async () =>
      (await bench.thread(conversationId)).some((entry) => entry.text === `thanks ${n}`) ? true : undefined,
    );
  },

  async question(bench, { step, ends }, n) {
    const { phone, conversationId, contactId } = await newcomer(bench, n);
    const form = { contactId, wording: 'Text me', wordingVersion: '1', source: 'https://sunrise-solar.example/join' };
    await bench.dyingAt(step, () => bench.post('/v1/consents', `consent-${n}`, form, bench.facts.tokens.manager));
    await expectText(bench, conversationId, (entry) => entry.kind === 'automated', phone, ends);
  },

  async inbound(bench, { step }, n) {
    const phone = phoneNumber(n);
    await bench.dyingAt(step, () => bench.inbound(phone, `unknown ${n}`));
    const theirs = async () => (await bench.reader.conversations()).filter((row) => row.phone === phone);
    const [found] = await until('a conversation of the unknown number', async () =>
      (await theirs()).length > 0 ? theirs() : undefined,
    );
    const entries = await until('its message', async () => some(await bench.thread(found?.id ?? '')));
    expect(entries.map(({ text }) => text)).toEqual([`unknown ${n}`]);
    // The text of a known number goes to the existing contact and conversation.
    await bench.inbound(phone, `again ${n}`);
    await until('the next message', async () =>
      (await bench.thread(found?.id ?? '')).length === 2 ? true : undefined,
    );
    expect(await theirs()).toHaveLength(1);
  },

  async stop(bench, { step }, n) {
    const { phone, conversationId } = await newcomer(bench, n);
    await bench.dyingAt(step, () => bench.inbound(phone, 'STOP'));
    const entries = await until('the keyword', async () => some(await bench.thread(conversationId)));
    expect(entries.map(({ kind }) => kind)).toEqual(['keyword']);
    const path = `/v1/conversations/${conversationId}/messages`;
    const answer = await bench.client.ask({
      method: 'POST',
      path,
      token: bench.facts.tokens.agent,
      key: `send-${n}`,
      body: { channel: 'sms', text: `too late ${n}` },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'RecipientOptedOut' } });
    expect(bench.accepted(`too late ${n}`, phone)).toBe(0);
  },

  async mail(bench, { step }, n) {
    const [person] = bench.cast.inApp;
    if (!person) throw new Error('nobody writes in the app');
    const text = `portal ${n}`;
    await bench.dyingAt(step, () =>
      bench.post(`/v1/portal/conversations/${person.conversationId}/messages`, `write-${n}`, { text }, person.token),
    );
    const entries = await until('the message', async () =>
      some((await bench.thread(person.conversationId)).filter((entry) => entry.text === text)),
    );
    expect(entries).toHaveLength(1);
    const mails = (): string[] =>
      readdirSync(bench.mailFolder).filter(
        (name) => name.endsWith('.eml') && readFileSync(join(bench.mailFolder, name), 'utf8').includes(`  ${text}\n`),
      );
    await until('its mail', () => some(mails()));
    await untilNothingIsOpen(bench);
    expect(mails()).toHaveLength(1);
    // An email that was handed over before the kill is uncertain until it is found in the folder.
    await until('no email is uncertain', async () =>
      (await bench.reader.deliveries('uncertain')).every(({ channel }) => channel !== 'email') ? true : undefined,
    );
  },
};

async function newcomer(
  bench: KillBench,
  n: number,
): Promise<{ phone: string; contactId: string; conversationId: string }> {
  const phone = phoneNumber(n);
  const { contactId } = await bench.post('/v1/contacts', `contact-${n}`, { name: `Newcomer ${n}`, phones: [phone] });
  const { conversationId } = await bench.post('/v1/conversations', `start-${n}`, { contactId });
  return { phone, contactId: String(contactId), conversationId: String(conversationId) };
}

/** At most one create, and either it was sent or staff sees that it may not have been. */
async function expectText(
  bench: KillBench,
  conversationId: string,
  isIt: (entry: Entry) => boolean,
  phone: string,
  ends: Row['ends'],
): Promise<void> {
  const find = async (): Promise<Entry[]> => (await bench.thread(conversationId)).filter(isIt);
  const entries = await until('the message', async () => some(await find()));
  expect(entries).toHaveLength(1);
  await untilNothingIsOpen(bench);
  const isDone = ({ state }: Entry): boolean => (ends === 'sent' ? sentStates.includes(state) : state === 'uncertain');
  const [entry] = await until(`the text is ${ends}`, async () => some((await find()).filter(isDone)));
  if (!entry) throw new Error('it was just there');
  expect(bench.accepted(entry.text, phone)).toBe(ends === 'sent' ? 1 : 0);
  const isListed = (await bench.reader.deliveries('uncertain')).some(({ messageId }) => messageId === entry.id);
  expect(isListed).toBe(ends === 'uncertain');
}

const untilNothingIsOpen = (bench: KillBench): Promise<true> =>
  until('nothing is under way', async () => ((await bench.openDeliveries()).length === 0 ? true : undefined));

const some = <T>(items: readonly T[]): readonly T[] | undefined => (items.length > 0 ? items : undefined);

/** Benches take rows from one list, so that starts of processes overlap; a test waits for its row. */
const outcomes = new Map(rows.map((row) => [row, Promise.withResolvers<void>()]));
const left = [...rows];

async function lane(): Promise<void> {
  const bench = await KillBench.open();
  try {
    for (let row = left.shift(); row; row = left.shift()) {
      const outcome = outcomes.get(row);
      count += 1;
      await paths[row.path](bench, row, 100 + count).then(outcome?.resolve, async (error: unknown) => {
        outcome?.reject(error);
        await bench.restart();
      });
    }
  } finally {
    await bench.close();
  }
}

describe('a process killed at a step, and the next one', () => {
  let lanes: Promise<unknown>;
  beforeAll(() => {
    for (const { promise } of outcomes.values()) promise.catch(() => undefined);
    lanes = Promise.all(Array.from({ length: LANES }, lane));
    lanes.catch((error: unknown) => {
      for (const { reject } of outcomes.values()) reject(error);
    });
  });
  afterAll(() => lanes, LONGEST_MS);

  test.each(rows)(
    '$path: $step ends $ends',
    async (row) => {
      await outcomes.get(row)?.promise;
    },
    LONGEST_MS,
  );
});
