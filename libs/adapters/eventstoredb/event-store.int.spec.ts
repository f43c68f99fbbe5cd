import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { RecordedStoredEvent, StoredEvent } from '@app/eventing';
import { startEventStoreDbDouble, type EventStoreDbDouble } from '@app/emulators/eventstoredb';
import { KeysInMemory } from '@app/testing';
import { contextOf, Tallies, tallyAggregate } from '@app/testing';
import { openEventStoreDb, type EventStoreDb } from './index.js';

const happened = (data = {}): StoredEvent => ({ id: randomUUID(), type: 'Happened.v1', data, metadata: {} });
const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

/** The value of a count after it was unchanged for many turns of the event loop. */
async function settled(count: () => number): Promise<number> {
  for (let [last, turns] = [count(), 0]; ; turns += 1) {
    await new Promise(setImmediate);
    if (count() !== last) [last, turns] = [count(), 0];
    if (turns === 1_000) return last;
  }
}

describe('EventStoreDB', () => {
  let folder: string;
  let double: EventStoreDbDouble;
  let opened: EventStoreDb;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'esdb-'));
    double = await startEventStoreDbDouble({ folder });
    opened = openEventStoreDb(double);
  });
  afterEach(async () => {
    await opened.close();
    await double.close();
    rmSync(folder, { recursive: true });
  });

  test('recent events are read from the leader of a cluster', async () => {
    await opened.eventStore.append('thing-1', 'no-stream', [happened()]);
    await opened.eventStore.read('thing-1', 0, 10);
    await opened.eventStore.head();
    expect(double.counts).toMatchObject({ read: 2, readOfLeader: 2 });
  });

  test('an append whose response is lost is retried, stored once, and gets the first result', async () => {
    const store = opened.eventStore;
    await store.append('thing-1', 'no-stream', [happened()]);
    const events = [happened(), happened()];
    double.loseAnswers(3);
    const answer = await store.append('thing-1', 0, events);
    expect(double.counts).toMatchObject({ append: 5, batchAppend: 0 });
    const stored = await store.read('thing-1', 0, 10);
    expect(idsOf(stored.slice(1))).toEqual(idsOf(events));
    expect(answer).toEqual({ revision: 2, position: stored[2]?.position });
  });

  test('also when others have appended in between', async () => {
    const store = opened.eventStore;
    const there = async (count: number): Promise<readonly RecordedStoredEvent[]> => {
      for (;;) {
        const stored = await store.read('thing-1', 0, 10);
        if (stored.length >= count) return stored;
      }
    };
    double.loseAnswers(Infinity);
    const first = store.append('thing-1', 'no-stream', [happened(), happened()]);
    await there(2);
    const second = store.append('thing-1', 1, [happened()]);
    const stored = await there(3);
    double.loseAnswers(0);
    expect(await first).toEqual({ revision: 1, position: stored[1]?.position });
    expect(await second).toEqual({ revision: 2, position: stored[2]?.position });
    expect(await store.read('thing-1', 0, 10)).toEqual(stored);
  });

  test('M9: the same append twice at once, of which the server answers one, gets the first result both times', async () => {
    const store = opened.eventStore;
    const events = [happened(), happened()];
    const answers = await Promise.all([1, 2].map(() => store.append('thing-1', 'no-stream', events)));
    expect(double.counts.append).toBe(3);
    const stored = await store.read('thing-1', 0, 10);
    expect(idsOf(stored)).toEqual(idsOf(events));
    expect(answers).toEqual([1, 2].map(() => ({ revision: 1, position: stored[1]?.position })));
  });

  describe('U3 K9: a deleted or truncated stream is damaged, and never a new one', () => {
    const ways: Record<string, (client: EventStoreDBClient, stream: string) => Promise<unknown>> = {
      'cut by count': (client, stream) => client.setStreamMetadata(stream, { maxCount: 1 }),
      'cut at a revision': (client, stream) => client.setStreamMetadata(stream, { truncateBefore: 2 }),
      deleted: (client, stream) => client.deleteStream(stream),
      'deleted for good': (client, stream) => client.tombstoneStream(stream),
    };
    const stream = 'tally-t';
    const damaged = { name: 'DamagedStream', stream, message: expect.stringContaining(stream) };

    test.each(Object.entries(ways))('%s', async (_, harm) => {
      const keyring = new KeysInMemory();
      await new Tallies(opened.eventStore, keyring).add('t', [1, 2, 3], contextOf('a'));
      const client = EventStoreDBClient.connectionString(double.url);
      await harm(client, stream);
      await client.dispose();
      const before = await opened.eventStore.head();
      const tallies = new Tallies(opened.eventStore, keyring);
      await expect(opened.eventStore.read(stream, 0, 10)).rejects.toMatchObject(damaged);
      await expect(tallies.aggregates.load(tallyAggregate, 't')).rejects.toMatchObject(damaged);
      expect(await opened.eventStore.head()).toBe(before);
      // A command that has not read the stream gets its revision from the store's response.
      await expect(tallies.add('t', [4], contextOf('b'))).rejects.toMatchObject(damaged);
      await expect(tallies.aggregates.load(tallyAggregate, 't')).rejects.toMatchObject(damaged);
    });

    test('also for an append without reading', async () => {
      await opened.eventStore.append(stream, 'no-stream', [happened(), happened()]);
      const client = EventStoreDBClient.connectionString(double.url);
      await client.deleteStream(stream);
      await expect(opened.eventStore.append(stream, 'no-stream', [happened()])).rejects.toMatchObject(damaged);
      await expect(opened.eventStore.read(stream, 0, 10)).rejects.toMatchObject(damaged);
      await client.tombstoneStream(stream);
      await expect(opened.eventStore.append(stream, 2, [happened()])).rejects.toMatchObject(damaged);
      await client.dispose();
    });
  });

  test.each([[undefined], [['thing']]])(
    'U3: a subscription from a position without an event ends with an error that names it, for categories %j',
    async (categories) => {
      const store = opened.eventStore;
      const { position } = await store.append('thing-1', 'no-stream', [happened()]);
      await store.append('thing-2', 'no-stream', [happened()]);
      const unknown = String(BigInt(position) + 1n).padStart(position.length, '0');
      const follow = async (after: string): Promise<string> => {
        for await (const batch of store.subscribe({
          after,
          ...(categories && { categories }),
          signal: new AbortController().signal,
        }))
          return batch.position;
        return 'ended';
      };
      const refused = { name: 'UnknownPosition', position: unknown, message: expect.stringContaining(unknown) };
      await expect(follow(unknown)).rejects.toMatchObject(refused);
      const asked = double.counts.read;
      await expect(follow(unknown)).rejects.toMatchObject(refused);
      // Cached by now: one subscription, and the head.
      expect(double.counts.read - asked).toBeLessThanOrEqual(3);
      expect(await follow(position)).toBe(await store.head());
    },
  );

  test("the server's own events are neither the head nor followed", async () => {
    const store = opened.eventStore;
    expect(await store.head()).toBeNull();
    const client = EventStoreDBClient.connectionString(double.url);
    const own = Array.from({ length: 40 }, () => jsonEvent({ id: randomUUID(), type: '$statsCollected', data: {} }));
    await client.appendToStream('$stats-1', own, { expectedRevision: 'no_stream' });
    expect(await store.head()).toBeNull();
    const { position } = await store.append('thing-1', 'no-stream', [happened()]);
    await client.appendToStream('$stats-2', own, { expectedRevision: 'no_stream' });
    expect(await store.head()).toBe(position);
    for await (const batch of store.subscribe({ after: null, signal: new AbortController().signal })) {
      expect(batch).toMatchObject({ events: [{ stream: 'thing-1' }], position });
      break;
    }
    await client.dispose();
  });

  test('a follower of one category passes the events of others at once', async () => {
    const store = opened.eventStore;
    const stop = new AbortController();
    const positions: string[] = [];
    let passed = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const { position } of store.subscribe({ after: null, categories: ['thing'], signal: stop.signal })) {
        positions.push(position);
        passed.resolve();
      }
    })();
    await store.append('thing-1', 'no-stream', [happened()]);
    for (let n = 0; n < 5; n += 1) {
      const { position } = await store.append(`other-${n}`, 'no-stream', [happened()]);
      while ((positions.at(-1) ?? '') < position) {
        await passed.promise;
        passed = Promise.withResolvers();
      }
    }
    stop.abort();
    await following;
  });

  test('a slow follower applies back-pressure to the server, and does not fill the memory', async () => {
    const store = opened.eventStore;
    for (let n = 0; n < 40; n += 1) {
      await store.append(
        `thing-${n}`,
        'no-stream',
        Array.from({ length: 100 }, () => happened({ text: 'x'.repeat(1_000) })),
      );
    }
    const events: RecordedStoredEvent[] = [];
    for await (const batch of store.subscribe({ after: null, signal: new AbortController().signal })) {
      expect(batch.events.length).toBeLessThanOrEqual(500);
      if (events.length === 0) expect(await settled(() => double.counts.events)).toBeLessThan(2_000);
      events.push(...batch.events);
      if (events.length === 4_000) break;
    }
    expect(new Set(idsOf(events)).size).toBe(4_000);
  });

  test('an interrupted subscription continues where it was', async () => {
    const store = opened.eventStore;
    const expected: string[] = [];
    const seen: string[] = [];
    const append = async (): Promise<void> => {
      const event = happened();
      expected.push(event.id);
      await store.append(`thing-${expected.length}`, 'no-stream', [event]);
    };
    await append();
    for await (const { events } of store.subscribe({
      after: null,
      categories: ['thing'],
      signal: new AbortController().signal,
    })) {
      seen.push(...idsOf(events));
      if (seen.length === 10) break;
      if (seen.length < expected.length) continue;
      double.cutSubscriptions();
      await append();
    }
    expect(seen).toEqual(expected);
  });

  test('closing ends subscriptions and waits', async () => {
    const signal = new AbortController().signal;
    const following = (async () => {
      for await (const _ of opened.eventStore.subscribe({ after: null, signal }));
    })();
    double.refuse(true);
    const waiting = opened.eventStore.append('thing-1', 'no-stream', [happened()]).catch((error: unknown) => error);
    while (double.counts.append === 0) await new Promise(setImmediate);
    await opened.close();
    await following;
    expect(await waiting).toMatchObject({ name: 'EngineUnavailable' });
  });
});
