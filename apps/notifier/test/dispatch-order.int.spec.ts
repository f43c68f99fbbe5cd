import type { SendOutcome } from '@app/gateways';
import { NotifierBench, until } from './notifier-bench.fixture.js';

let bench: NotifierBench;
afterEach(() => bench.close());

const count = async (type: string): Promise<number> =>
  (await bench.deliveryEvents()).filter((one) => one === type).length;
const accepted = (): SendOutcome => ({ kind: 'accepted', providerMessageId: `SM${crypto.randomUUID()}` });

/** Answers of the provider that the test gives when it wants to. */
class Held {
  readonly waiting: (() => void)[] = [];
  isOpen = false;

  answer(): Promise<SendOutcome> {
    if (this.isOpen) return Promise.resolve(accepted());
    return new Promise((resolve) => this.waiting.push(() => resolve(accepted())));
  }

  open(): void {
    this.isOpen = true;
    for (const answer of this.waiting.splice(0)) answer();
  }
}

it('T2: another program’s text is sent while one account does not answer and has 100 texts waiting', async () => {
  const slow = new Held();
  bench = await NotifierBench.open({
    send: ({ accountSid }) => (accountSid === 'AC-slow' ? slow.answer() : Promise.resolve(accepted())),
  });
  const { programId } = await bench.program('slow');
  const other = await bench.program('other');
  const { conversationId } = await bench.conversation(programId);
  // Half of them to one person, half to others.
  for (let n = 0; n < 50; n += 1) await bench.write(programId, conversationId, `slow ${n}`);
  for (let n = 50; n < 100; n += 1) await bench.textTo(programId, `slow ${n}`);
  await until(async () => (await count('DeliveryRequested')) === 100, 'all are requested');
  await until(() => slow.waiting.length === 10, 'the account has taken its slots');
  await bench.textTo(other.programId, 'other');
  await until(async () => (await count('DeliveryAccepted')) === 1, 'the other program’s text is sent');
  expect(bench.texts.filter((text) => text !== 'other')).toHaveLength(10);
  slow.open();
  await until(async () => (await count('DeliveryAccepted')) === 101, 'all are sent');
  expect(new Set(bench.texts).size).toBe(101);
  expect(bench.texts).toHaveLength(101);
  // Texts to one person were sent in the order in which they were written.
  const theirs = bench.texts
    .filter((text) => text.startsWith('slow'))
    .map((text) => Number(text.slice(5)))
    .filter((n) => n < 50);
  expect(theirs).toEqual(Array.from({ length: 50 }, (_, n) => n));
}, 60_000);

it('T2: a conversation whose text the provider does not answer does not delay another one of the same account', async () => {
  const slow = new Held();
  bench = await NotifierBench.open({
    send: (_account, { text }) => (text.startsWith('slow') ? slow.answer() : Promise.resolve(accepted())),
  });
  const { programId } = await bench.program('acme');
  const { conversationId } = await bench.conversation(programId);
  for (let n = 0; n < 20; n += 1) await bench.write(programId, conversationId, `slow ${n}`);
  await until(() => slow.waiting.length === 1, 'the first is being sent');
  await bench.textTo(programId, 'other');
  await until(async () => (await count('DeliveryAccepted')) === 1, 'the other one is sent');
  expect(bench.texts).toEqual(['slow 0', 'other']);
  slow.open();
});

it('N1: a mail server that does not answer does not delay texts', async () => {
  const slow = new Held();
  bench = await NotifierBench.open({ sendEmail: () => slow.answer() });
  const { programId } = await bench.program('acme');
  for (let n = 0; n < 10; n += 1)
    await bench.write(programId, (await bench.conversation(programId)).conversationId, `mail ${n}`, 'in-app');
  await until(() => slow.waiting.length === 3, 'the program has taken its slots');
  await bench.textTo(programId, 'text');
  await until(async () => (await count('DeliveryAccepted')) === 1, 'the text is sent');
  expect(bench.emails).toHaveLength(3);
  slow.open();
  await until(async () => (await count('DeliveryAccepted')) === 11, 'all are sent');
});

it('T2: fairness: many texts of one program leave a slot to the other', async () => {
  const slow = new Held();
  bench = await NotifierBench.open({ environment: { TEXTS_AT_ONCE: '2' }, send: () => slow.answer() });
  const { programId } = await bench.program('many');
  const few = await bench.program('few');
  for (let n = 0; n < 30; n += 1) await bench.textTo(programId, `many ${n}`);
  await until(() => slow.waiting.length === 2, 'no slot is free');
  await bench.textTo(few.programId, 'few 0');
  await bench.textTo(few.programId, 'few 1');
  await until(async () => (await count('DeliveryRequested')) === 32, 'all are requested');
  for (let answered = 0; bench.texts.filter((text) => text.startsWith('few')).length < 2; answered += 1) {
    expect(answered).toBeLessThan(6);
    const before = bench.texts.length;
    slow.waiting.shift()?.();
    await until(() => bench.texts.length > before, 'the next one');
  }
  slow.open();
});
