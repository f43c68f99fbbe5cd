import {
  InvalidAppend,
  MAX_APPEND_BYTES,
  WrongExpectedRevision,
  type AppendRule,
  type EventStore,
  type ExpectedRevision,
  type StoredEvent,
} from '@app/eventing';
import fc from 'fast-check';
import { follow, happened, idsOf, many } from './event-store.samples.js';
import { rejection, uniqueName, type Opened } from './opened.js';
import { subscriptionCases } from './subscription.contract.js';

type Ports = { readonly store: EventStore };

/** Contract of event stores; an adapter's spec calls this once with a way to open it. */
export function eventStoreContract(name: string, open: () => Promise<Opened<Ports>>): void {
  describe(`event store contract: ${name}`, () => {
    let opened: Opened<Ports>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    const store = () => opened.store;

    describe('append and read', () => appendCases(store));
    describe('repeated appends', () => repetitionCases(store));
    describe('invalid appends', () => refusalCases(store));
    describe('concurrency', () => concurrencyCases(store));
    describe('subscriptions', () => subscriptionCases(store));

    test('appended events exist after reopening', async () => {
      const stream = newStream();
      const [first, second] = [many(3), many(2)];
      const answer = await store().append(stream, 'no-stream', first);
      await store().append(stream, answer.revision, second);
      const head = await store().head();
      opened = { ...opened, ...(await opened.reopen()) };
      expect(idsOf(await store().read(stream, 0, 10))).toEqual(idsOf([...first, ...second]));
      expect(await store().head()).toBe(head);
      expect(await store().append(stream, 'no-stream', first)).toEqual(answer);
      expect(await rejection(store().append(stream, 3, [happened()]))).toBeInstanceOf(WrongExpectedRevision);
      expect((await store().append(stream, 4, [happened()])).revision).toBe(5);
    });
  });
}

const newStream = (): string => `${uniqueName('thing')}-1`;

function appendCases(store: () => EventStore): void {
  test('revisions count from 0 and positions grow', async () => {
    const stream = newStream();
    const first = await store().append(stream, 'no-stream', many(3));
    const second = await store().append(stream, 2, many(1));
    expect([first.revision, second.revision]).toEqual([2, 3]);
    expect(second.position > first.position).toBe(true);
    const events = await store().read(stream, 0, 10);
    expect(events.map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
    expect(events.map(({ position }) => position)).toEqual(events.map(({ position }) => position).sort());
    expect(events.at(-1)?.position).toBe(second.position);
    const head = await store().head();
    expect(head !== null && head >= second.position).toBe(true);
  });

  test('an event is read as it was written', async () => {
    const stream = newStream();
    const data = { text: 'ünï ✓ "quoted"\n', list: [1, 2.5, null, true], deep: { a: { b: [] } }, empty: '' };
    const event = happened(data);
    await store().append(stream, 'no-stream', [event]);
    const [recorded] = await store().read(stream, 0, 1);
    expect(recorded).toEqual({ ...event, stream, revision: 0, position: recorded?.position });
  });

  test.each<[string, number, ExpectedRevision, ExpectedRevision]>([
    ['a revision of a stream that does not exist', 0, 0, 'no-stream'],
    ['a stream that should not exist', 2, 'no-stream', 1],
    ['an older revision', 3, 1, 2],
    ['a revision to come', 3, 3, 2],
  ])('%s is a conflict and nothing is written', async (_, length, expected, actual) => {
    const stream = newStream();
    if (length > 0) await store().append(stream, 'no-stream', many(length));
    const error = await rejection(store().append(stream, expected, many(2)));
    expect(error).toBeInstanceOf(WrongExpectedRevision);
    expect(error).toMatchObject({ stream, expected, actual });
    expect(await store().read(stream, 0, 10)).toHaveLength(length);
  });

  test('reads from a revision on, at most the limit', async () => {
    const stream = newStream();
    const events = many(5);
    await store().append(stream, 'no-stream', events);
    expect(idsOf(await store().read(stream, 1, 3))).toEqual(idsOf(events.slice(1, 4)));
    expect(idsOf(await store().read(stream, 4, 3))).toEqual(idsOf(events.slice(4)));
    expect(await store().read(stream, 5, 3)).toEqual([]);
    expect(await store().read(newStream(), 0, 3)).toEqual([]);
  });

  test('random appends give the same as a list in memory', async () => {
    const appends = fc.array(
      fc.record({
        stream: fc.nat(2),
        expected: fc.integer({ min: -1, max: 8 }),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(appends, async (commands) => {
        const category = uniqueName('model');
        const model = new Map<string, string[]>();
        for (const { stream: n, expected, count } of commands) {
          const [stream, events] = [`${category}-${n}`, many(count)];
          const ids = model.get(stream) ?? [];
          const append = store().append(stream, expected < 0 ? 'no-stream' : expected, events);
          if (expected === ids.length - 1) {
            expect((await append).revision).toBe(expected + count);
            model.set(stream, [...ids, ...idsOf(events)]);
          } else expect(await rejection(append)).toBeInstanceOf(WrongExpectedRevision);
        }
        for (const [stream, ids] of model) expect(idsOf(await store().read(stream, 0, 100))).toEqual(ids);
      }),
      { numRuns: 25 },
    );
  });
}

function repetitionCases(store: () => EventStore): void {
  test('the same append again gets the first result and is not written twice', async () => {
    const stream = newStream();
    const [first, second] = [many(2), many(3)];
    const answers = [await store().append(stream, 'no-stream', first), await store().append(stream, 1, second)];
    expect(await store().append(stream, 'no-stream', first)).toEqual(answers[0]);
    expect(await store().append(stream, 1, second)).toEqual(answers[1]);
    expect(await store().read(stream, 0, 10)).toHaveLength(5);
  });

  test('also after others have appended since', async () => {
    const stream = newStream();
    await store().append(stream, 'no-stream', many(1));
    const events = many(2);
    const answer = await store().append(stream, 0, events);
    for (const revision of [2, 3, 4]) await store().append(stream, revision, many(1));
    expect(await store().append(stream, 0, events)).toEqual(answer);
    expect(await store().read(stream, 0, 10)).toHaveLength(6);
  });

  test('an append that is partly stored is a conflict', async () => {
    const stream = newStream();
    const [a, b, c] = [happened(), happened(), happened()];
    await store().append(stream, 'no-stream', [a, b]);
    for (const events of [
      [a, c],
      [c, b],
      [a, b, c],
    ]) {
      expect(await rejection(store().append(stream, 'no-stream', events))).toBeInstanceOf(WrongExpectedRevision);
    }
    expect(idsOf(await store().read(stream, 0, 10))).toEqual(idsOf([a, b]));
  });

  test('the same append sent several times at once is written once', async () => {
    const stream = newStream();
    const events = many(2);
    const answers = await Promise.all(Array.from({ length: 5 }, () => store().append(stream, 'no-stream', events)));
    expect(new Set(answers.map(({ revision, position }) => `${revision} ${position}`)).size).toBe(1);
    expect(idsOf(await store().read(stream, 0, 10))).toEqual(idsOf(events));
  });
}

function refusalCases(store: () => EventStore): void {
  const sized = (bytes: number): StoredEvent => {
    const { type, metadata } = happened();
    const rest = 2 * type.length + JSON.stringify(metadata).length + JSON.stringify({ text: '' }).length;
    return happened({ text: 'x'.repeat(bytes - rest) });
  };
  const half = MAX_APPEND_BYTES / 2;

  test.each<[AppendRule, string, string, ExpectedRevision, readonly StoredEvent[]]>([
    ['stream-name', 'a stream without a name', '', 'no-stream', many(1)],
    ['stream-name', 'a stream without a category', '-1', 'no-stream', many(1)],
    ['stream-name', 'a stream without an id', `${uniqueName('thing')}-`, 'no-stream', many(1)],
    ['stream-name', "a stream of the server's own", `$${newStream()}`, 'no-stream', many(1)],
    ['revision', 'a revision that cannot be', newStream(), -1, many(1)],
    ['revision', 'a part of a revision', newStream(), 0.5, many(1)],
    ['no-events', 'no events', newStream(), 'no-stream', []],
    ['event-type', 'an event without a type', newStream(), 'no-stream', [happened(), { ...happened(), type: '' }]],
    ['event-type', "an event of the server's own", newStream(), 'no-stream', [{ ...happened(), type: '$happened' }]],
    ['too-large', 'one byte more than fits', newStream(), 'no-stream', [sized(MAX_APPEND_BYTES + 1)]],
    ['too-large', 'events that do not fit together', newStream(), 'no-stream', [sized(half), sized(half + 1)]],
  ])(
    'U3: %s: %s is refused, nothing is written, and the next append is accepted',
    async (rule, _, stream, expected, events) => {
      const head = await store().head();
      const error = await rejection(store().append(stream, expected, events));
      expect(error).toBeInstanceOf(InvalidAppend);
      expect(error).toMatchObject({ rule });
      const { position } = await store().append(newStream(), 'no-stream', many(1));
      const { events: since } = await follow(store(), { after: head }, (_, reached) => reached >= position);
      expect(since.filter(({ id }) => idsOf(events).includes(id))).toEqual([]);
    },
  );

  test('an append of the maximum size is accepted', async () => {
    const stream = newStream();
    expect((await store().append(stream, 'no-stream', [sized(half), sized(half)])).revision).toBe(1);
    expect((await store().append(stream, 1, [sized(MAX_APPEND_BYTES)])).revision).toBe(2);
  });

  test('a limit of zero reads nothing', async () => {
    const stream = newStream();
    await store().append(stream, 'no-stream', many(1));
    expect(await store().read(stream, 0, 0)).toEqual([]);
  });
}

function concurrencyCases(store: () => EventStore): void {
  test('of concurrent appends at the same revision exactly one wins', async () => {
    const stream = newStream();
    for (let round = 0; round < 5; round += 1) {
      const expected = round === 0 ? 'no-stream' : round - 1;
      const appends = Array.from({ length: 20 }, () => store().append(stream, expected, [happened()]));
      const outcomes = await Promise.allSettled(appends);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WrongExpectedRevision);
      }
    }
    expect(await store().read(stream, 0, 100)).toHaveLength(5);
  });

  test('a conflict does not affect the others', async () => {
    const category = uniqueName('thing');
    await store().append(`${category}-0`, 'no-stream', many(1));
    const appends = Array.from({ length: 10 }, (_, n) => store().append(`${category}-${n}`, 'no-stream', many(2)));
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...Array<string>(9).fill('fulfilled')]);
    for (let n = 1; n < 10; n += 1) expect(await store().read(`${category}-${n}`, 0, 10)).toHaveLength(2);
  });

  test('writers that decide again after a conflict all succeed', async () => {
    const stream = newStream();
    const write = async (): Promise<void> => {
      for (;;) {
        const { length } = await store().read(stream, 0, 1_000);
        const error = await store()
          .append(stream, length === 0 ? 'no-stream' : length - 1, [happened()])
          .then(
            () => null,
            (reason: unknown) => reason,
          );
        if (error === null) return;
        expect(error).toBeInstanceOf(WrongExpectedRevision);
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
    const events = await store().read(stream, 0, 1_000);
    expect(events.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
}
