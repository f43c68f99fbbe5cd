import { Clock } from '@app/eventing';
import type { SendOutcome } from '@app/gateways';
import type { HoldEvent } from '@app/domain/hold';
import { ProgramQueries } from '@app/read-models';
import { NotifierBench, until } from './notifier-bench.fixture.js';

const refused = (code: string): SendOutcome => ({ kind: 'refused', code, reason: 'HTTP 400' });
const TOKEN = 'a'.repeat(32);

/** A clock that the test moves. */
class MovedClock extends Clock {
  ahead = 0;
  now(): number {
    return Date.now() + this.ahead;
  }
}

let bench: NotifierBench;
afterEach(() => bench.close());

const holdEvents = async (): Promise<HoldEvent['type'][]> =>
  (await bench.recorded<HoldEvent>('hold')).map(({ type }) => type);
const count = async (type: string): Promise<number> =>
  (await bench.deliveryEvents()).filter((one) => one === type).length;

it('T8: a token that the provider refuses holds the account and rejects no text; with the right token all are sent at once', async () => {
  let token = 'b'.repeat(32);
  bench = await NotifierBench.open({
    send: ({ authToken }) =>
      Promise.resolve(
        authToken === token ? { kind: 'accepted', providerMessageId: `SM${crypto.randomUUID()}` } : refused('20003'),
      ),
  });
  const { programId, phone, accountSid } = await bench.program('acme');
  await bench.textTo(programId, 'text 0');
  await until(async () => (await holdEvents()).includes('SendingHeld'), 'the account is held');
  for (let n = 1; n < 20; n += 1) await bench.textTo(programId, `text ${n}`);
  await until(async () => (await count('DeliveryRequested')) === 20, 'all are requested');

  const [program] = await bench.app.get(ProgramQueries).held();
  expect(program?.senders).toMatchObject([
    {
      state: 'held',
      holds: [{ kind: 'account', code: '20003', reason: 'The provider refuses the account or its token' }],
    },
  ]);

  // Another process sees the same hold: another program's text is sent, these wait.
  await bench.stop();
  await bench.start();
  token = TOKEN;
  const other = await bench.program('other');
  await bench.textTo(other.programId, 'other');
  await until(() => bench.texts.includes('other'), 'another program sends');
  expect(bench.texts).toEqual(['text 0', 'other']);
  expect(await count('DeliveryClaimed')).toBe(2);

  await bench.credentials(programId, phone, { accountSid, authToken: (token = 'c'.repeat(32)) });
  await until(async () => (await count('DeliveryAccepted')) === 21, 'all are accepted');
  expect(await count('DeliveryRejected')).toBe(0);
  expect(bench.texts).toHaveLength(22);
  await until(async () => (await bench.app.get(ProgramQueries).held()).length === 0, 'nothing is held');
});

it('T8: one text at a time probes the provider, with back-off; then all are sent', async () => {
  const outcomes: SendOutcome[] = [0, 0, 0, 0].map(() => ({ kind: 'back-off', code: '20429', retryAfterMs: 100 }));
  let first: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (first = resolve));
  bench = await NotifierBench.open({
    send: async () => {
      await ready;
      return outcomes.shift() ?? { kind: 'accepted', providerMessageId: `SM${crypto.randomUUID()}` };
    },
  });
  const { programId } = await bench.program('acme');
  await bench.textTo(programId, 'text 0');
  await until(() => bench.texts.length === 1, 'the first is being sent');
  first();
  await until(async () => (await holdEvents()).includes('SendingHeld'), 'the account backs off');
  for (let n = 1; n < 10; n += 1) await bench.textTo(programId, `text ${n}`);
  await until(async () => (await count('DeliveryAccepted')) === 10, 'all are accepted');

  const events = await holdEvents();
  const tries = events.filter((type) => type === 'SendingTried').length;
  expect(events).toEqual(['SendingHeld', ...Array.from({ length: tries }, () => 'SendingTried'), 'SendingResumed']);
  // Waiting texts have no events: each release is of a text that was tried.
  expect(await count('DeliveryReleased')).toBe(4);
  expect(tries).toBe(4);
  const pauses = (await bench.recorded<HoldEvent>('hold')).flatMap((event) =>
    event.type === 'SendingResumed' ? [] : [event.data.pauseMs],
  );
  expect(pauses).toEqual([100, 200, 400, 800, 1600]);
  expect(bench.texts).toHaveLength(14);
});

it('T8: texts to a country that the account may not text wait, and texts to other countries are sent', async () => {
  bench = await NotifierBench.open({
    send: (_account, { to }) =>
      Promise.resolve(
        to.startsWith('+33') ? refused('21408') : { kind: 'accepted', providerMessageId: `SM${crypto.randomUUID()}` },
      ),
  });
  const { programId } = await bench.program('acme');
  await bench.textTo(programId, 'salut', '+33612345678');
  await until(async () => (await holdEvents()).includes('SendingHeld'), 'the country is held');
  await bench.textTo(programId, 'encore', '+33612345679');
  await bench.textTo(programId, 'hello');
  await until(() => bench.texts.includes('hello'), 'a text to another country');
  expect(bench.texts).toEqual(['salut', 'hello']);
  expect((await bench.app.get(ProgramQueries).held())[0]?.senders[0]).toMatchObject({
    state: 'sending',
    holds: [{ kind: 'country', country: '33' }],
  });
});

it.each(['21606', '30034'])('T8: %s holds every text of the number', async (code) => {
  bench = await NotifierBench.open({
    send: ({ accountSid }) =>
      Promise.resolve(
        accountSid === 'AC-acme' ? refused(code) : { kind: 'accepted', providerMessageId: `SM${crypto.randomUUID()}` },
      ),
  });
  const { programId } = await bench.program('acme');
  const other = await bench.program('other');
  await bench.textTo(programId, 'first');
  await until(async () => (await holdEvents()).includes('SendingHeld'), 'the number is held');
  await bench.textTo(programId, 'second', '+33612345678');
  await bench.textTo(other.programId, 'other');
  await until(() => bench.texts.includes('other'), 'another program sends');
  expect(bench.texts).toEqual(['first', 'other']);
  expect(await count('DeliveryRejected')).toBe(0);
  expect((await bench.app.get(ProgramQueries).held())[0]?.senders[0]).toMatchObject({
    state: 'held',
    holds: [{ kind: 'sender', code }],
  });
});

it('T8: 21608 rejects that text only', async () => {
  bench = await NotifierBench.open({
    send: (_account, { text }) =>
      Promise.resolve(
        text === 'first' ? refused('21608') : { kind: 'accepted', providerMessageId: `SM${crypto.randomUUID()}` },
      ),
  });
  const { programId } = await bench.program('acme');
  await bench.textTo(programId, 'first');
  await bench.textTo(programId, 'second');
  await until(async () => (await count('DeliveryAccepted')) === 1, 'the second is accepted');
  await until(async () => (await count('DeliveryRejected')) === 1, 'the first is refused');
  expect(await holdEvents()).toEqual([]);
});

it('T7, T8: a held text that expires is dropped, and not sent late', async () => {
  const clock = new MovedClock();
  bench = await NotifierBench.open({ clock, send: () => Promise.resolve(refused('20003')) });
  const { programId } = await bench.program('acme');
  await bench.textTo(programId, 'first');
  await until(async () => (await holdEvents()).includes('SendingHeld'), 'the account is held');
  await bench.textTo(programId, 'second');
  await until(async () => (await count('DeliveryRequested')) === 2, 'both are requested');
  clock.ahead = 25 * 3_600_000;
  await until(async () => (await count('DeliveryExpired')) === 2, 'both are dropped');
  expect(bench.texts).toEqual(['first']);
});
