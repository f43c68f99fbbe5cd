import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { KeysInMemory } from '@app/testing';
import { TemporaryFolder } from '@app/testing/embedded';
import type { EventStore, RecordedStoredEvent, StoredEvent } from '../ports/event-store.js';
import { Wakeup } from '../following/wakeup.js';
import { Partitions } from '../ports/partitions.js';
import { EventCodec } from '../sealing/codec.js';
import { EventHub, type FollowOptions } from './event-hub.js';
import { isOpened, Unopened, type Followable } from './unopened.js';

const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

let numbers = 0;
const happened = (programId = 'program-1'): StoredEvent => ({
  id: `event-${(numbers += 1)}`,
  type: 'Happened.v1',
  data: {},
  metadata: { programId },
});
const many = (count: number): StoredEvent[] => Array.from({ length: count }, () => happened());

/** Notes what it opens; events whose key is missing cannot be opened. */
class NotingCodec extends EventCodec {
  readonly opened: string[] = [];
  readonly missing = new Set<string>();

  constructor() {
    super({ Happened: { version: 1 } }, new KeysInMemory());
  }

  override async open(events: readonly RecordedStoredEvent[]): Promise<readonly Followable[]> {
    this.opened.push(...idsOf(events));
    const opened = await super.open(events);
    return opened.map((event, index) =>
      this.missing.has(events[index]?.id ?? '') ? new Unopened('KeyMissing', { ...event, programId: '1' }) : event,
    );
  }
}

const folder = new TemporaryFolder();
let store: EventStore;
let codec: NotingCodec;
let hub: EventHub;
beforeAll(async () => ({ eventStore: store } = await folder.open()));
afterAll(() => folder.remove());
beforeEach(() => {
  codec = new NotingCodec();
  hub = new EventHub(store, codec, { kept: 20 });
});

const idOf = (event: Followable): string => (isOpened(event) ? event.eventId : 'unopened');

/** Follows until an event of this id has come. */
async function followTo(
  end: string,
  options: Omit<FollowOptions, 'signal'>,
  handle: () => Promise<unknown> = async () => undefined,
): Promise<string[]> {
  const seen: string[] = [];
  for await (const { all } of hub.follow({ ...options, signal: new AbortController().signal })) {
    await handle();
    seen.push(...all.map(idOf));
    if (seen.includes(end)) break;
  }
  return seen;
}

it('opens each new event once, for all followers', async () => {
  const after = await store.head();
  const [first, ...others] = [many(3), many(3), many(3)];
  const end = others[1]?.[2]?.id ?? '';
  let ready = 0;
  const followers = [0, 1, 2].map(() => followTo(end, { after }, async () => (ready += 1)));
  await store.append('warm-1', 'no-stream', first ?? []);
  while (ready < 3) await nextTurn();
  codec.opened.length = 0;
  for (const [number, events] of others.entries()) await store.append(`once-${number}`, 'no-stream', events);
  for (const seen of await Promise.all(followers)) expect(seen).toEqual(idsOf([...(first ?? []), ...others.flat()]));
  expect(codec.opened).toEqual(idsOf(others.flat()));
});

it('rule 13: opens only events that a follower wants', async () => {
  const after = await store.head();
  const { all: parts } = new Partitions(2);
  const [part] = parts;
  const programs = ['program-1', 'program-2', 'program-3', 'program-4', 'program-5', 'program-6'];
  const events = [...programs, programs.find((program) => part.has(program))].map(happened);
  const wanted = events.filter(({ metadata }) => part.has(String(metadata['programId'])));
  const following = followTo(wanted.at(-1)?.id ?? '', { after, part, categories: ['wanted'] });
  for (const event of events) {
    await store.append(`wanted-${event.id}`, 'no-stream', [event]);
    await store.append(`other-${event.id}`, 'no-stream', [happened()]);
  }
  expect(await following).toEqual(idsOf(wanted));
  expect(codec.opened).toEqual(idsOf(wanted));
  expect(wanted.length).toBeLessThan(events.length);
});

it('followers of any speed, any start and any part see what filtering a list gives', async () => {
  const { all: parts } = new Partitions(3);
  const programs = Array.from({ length: 9 }, (_, number) => `program-${number}`);
  const follower = fc.record({
    part: fc.constantFrom(undefined, ...parts),
    start: fc.nat(5),
    categories: fc.subarray(['red', 'green', 'blue'], { minLength: 1 }),
    slow: fc.nat(3),
  });
  const appends = fc.array(fc.record({ category: fc.constantFrom('red', 'green', 'blue'), count: fc.nat(24) }), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      appends,
      fc.array(follower, { minLength: 1, maxLength: 5 }),
      fc.nat(2),
      async (commands, followers, patienceMs) => {
        hub = new EventHub(store, codec, { kept: 500, patienceMs });
        const all: { id: string; category: string; programId: string }[] = [];
        const positions = [await store.head()];
        const append = async (category: string, events: StoredEvent[]): Promise<void> => {
          const { position } = await store.append(`${category}-${events[0]?.id}`, 'no-stream', events);
          positions.push(position);
          all.push(...events.map(({ id, metadata }) => ({ id, category, programId: String(metadata['programId']) })));
        };
        for (let number = 0; number < 5; number += 1) await append('red', many(15));
        const some = (count: number): StoredEvent[] =>
          Array.from({ length: count }, (_, number) => happened(programs[number % programs.length]));
        const ends = parts.map((part) => happened(programs.find((program) => part.has(program))));
        const following = followers.map(async ({ part, start, categories, slow }) => ({
          seen: await followTo(
            ends[part ? parts.indexOf(part) : ends.length - 1]?.id ?? '',
            { after: positions[start] ?? null, categories: [...categories, 'end'], part },
            async () => {
              for (let turn = 0; turn < slow * 20; turn += 1) await nextTurn();
            },
          ),
          expected: (): string[] =>
            idsOf(
              all
                .slice(start * 15)
                .filter(
                  ({ category, programId }) =>
                    [...categories, 'end'].includes(category) && part?.has(programId) !== false,
                ),
            ),
        }));
        for (const { category, count } of commands) {
          await append(category, some(count + 1));
          for (let turn = 0; turn < count; turn += 1) await nextTurn();
        }
        for (const end of ends) await append('end', [end]);
        for (const { seen, expected } of await Promise.all(following)) expect(seen).toEqual(expected());
      },
    ),
    { numRuns: 25 },
  );
});

it('a failing subscription fails its followers, and the next one starts again', async () => {
  const after = await store.head();
  const { subscribe } = store;
  let failing = false;
  store.subscribe = async function* (options) {
    for await (const batch of subscribe.call(store, options)) {
      if (failing) throw new Error('The store is away');
      yield batch;
    }
  };
  try {
    const [first, second, third] = [happened(), happened(), happened()];
    const seen: string[] = [];
    const following = followTo(third.id, { after }, async () => seen.push('batch'));
    await store.append('away-1', 'no-stream', [first]);
    while (seen.length === 0) await nextTurn();
    failing = true;
    await store.append('away-2', 'no-stream', [second]);
    await expect(following).rejects.toThrow('The store is away');
    failing = false;
    await store.append('away-3', 'no-stream', [third]);
    expect(await followTo(third.id, { after })).toEqual(idsOf([first, second, third]));
  } finally {
    store.subscribe = subscribe;
  }
});

it.each([
  [false, ['0']],
  [true, ['0', '1']],
])('a follower fails when the store is closed, and does not start over (alone: %s)', async (alone, expected) => {
  const begins: unknown[] = [];
  const subscribe = jest.spyOn(store, 'subscribe').mockImplementation(async function* ({ after }) {
    if (begins.push(after) > expected.length) throw new Error('It was not told');
    if (after === '0') yield { events: [], position: '1' };
  });
  const following = (async () => {
    for await (const _ of hub.follow({ after: '0', alone, signal: new AbortController().signal })) continue;
  })();
  await expect(following).rejects.toThrow('The event store was closed');
  expect(begins).toEqual(expected);
  subscribe.mockRestore();
});

it('an event that could not be opened is opened again for a new follower', async () => {
  const after = await store.head();
  const [before, locked, end] = [happened(), happened(), happened()];
  codec.missing.add(locked.id);
  const stop = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const { all } of hub.follow({ after, signal: stop.signal })) seen.push(...all.map(idOf));
  })();
  for (const event of [before, locked, end]) {
    await store.append(`locked-${event.id}`, 'no-stream', [event]);
    while (!seen.includes(event === locked ? 'unopened' : event.id)) await nextTurn();
  }
  codec.missing.clear();
  expect(await followTo(end.id, { after })).toEqual(idsOf([before, locked, end]));
  stop.abort();
  await following;
});

it('keeps few large events: a follower that is slow reads them alone', async () => {
  const received: string[] = [];
  hub = new EventHub(store, codec, { onEvent: ({ id }) => received.push(id) });
  const subscribe = jest.spyOn(store, 'subscribe');
  const after = await store.head();
  const [first, end] = [happened(), happened()];
  const large = Array.from({ length: 50 }, () => ({ ...happened(), data: { text: 'x'.repeat(900_000) } }));
  let release = (): void => undefined;
  const seen = followTo(end.id, { after }, () => new Promise<void>((resolve) => (release = resolve)));
  await store.append('large-0', 'no-stream', [first]);
  while (!codec.opened.includes(first.id)) await nextTurn();
  for (const [number, event] of [...large, end].entries())
    await store.append(`large-${number + 1}`, 'no-stream', [event]);
  while (!received.includes(end.id)) await nextTurn();
  const before = subscribe.mock.calls.length;
  const releasing = setInterval(() => release(), 1);
  expect(await seen).toEqual(idsOf([first, ...large, end]));
  clearInterval(releasing);
  expect(subscribe.mock.calls.length).toBeGreaterThan(before);
  subscribe.mockRestore();
});

it('parts that catch up receive and open each event once, together', async () => {
  const { all: parts } = new Partitions(8);
  const after = await store.head();
  const programs = Array.from({ length: 40 }, (_, number) => `program-${number}`);
  const events = Array.from({ length: 300 }, (_, number) => happened(programs[number % programs.length]));
  const ends = parts.map((part) => happened(programs.find((program) => part.has(program))));
  for (const event of [...events, ...ends]) await store.append(`burst-${event.id}`, 'no-stream', [event]);
  const subscribe = jest.spyOn(store, 'subscribe');
  const seen = await Promise.all(
    [...parts, ...parts].map((part, number) =>
      followTo(ends[parts.indexOf(part)]?.id ?? '', { after, part }, async () => {
        for (let turn = 0; turn < number * 5; turn += 1) await nextTurn();
      }),
    ),
  );
  expect(subscribe.mock.calls.length).toBe(1);
  subscribe.mockRestore();
  expect([...codec.opened].sort()).toEqual(idsOf([...events, ...ends]).sort());
  expect(seen.flat().sort()).toEqual([...codec.opened, ...codec.opened].sort());
});

it('a follower that stays behind holds the others once, and continues apart', async () => {
  const patienceMs = 50;
  hub = new EventHub(store, codec, { kept: 500, patienceMs });
  const waits = jest.spyOn(Wakeup.prototype, 'wait');
  const clock = jest.spyOn(Date, 'now').mockReturnValue(0); // set back again and again
  const after = await store.head();
  const events = many(3_000);
  for (let from = 0; from < events.length; from += 100)
    await store.append(`stuck-${events[from]?.id}`, 'no-stream', events.slice(from, from + 100));
  const end = events.at(-1)?.id ?? '';
  let release = (): void => undefined;
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const stuck = followTo(end, { after }, () => isReleased);
  expect(await followTo(end, { after })).toEqual(idsOf(events));
  // A wait that begins before the other has taken its batch ends at once, so one of these two was for the stuck one.
  expect(waits.mock.calls.filter(([{ ms = 0 }]) => ms > patienceMs - 5).length).toBeLessThanOrEqual(2);
  waits.mockRestore();
  clock.mockRestore();
  release();
  expect(await stuck).toEqual(idsOf(events));
});
