import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WrongExpectedRevision, type StoredEvent } from '@app/eventing';
import { EmbeddedEventStore } from './event-store.js';
import { Database } from './sqlite.js';
import { TemporaryFolder } from '@app/testing/embedded';

/** Counts transactions, and fails them at the end when told to. */
class ObservedDatabase extends Database {
  transactions = 0;
  failing = false;

  override transaction<T>(work: () => T, options?: { durable?: boolean }): T {
    this.transactions += 1;
    return super.transaction(() => {
      const result = work();
      if (this.failing) throw new Error('The disk is full');
      return result;
    }, options);
  }
}

const happened = (): StoredEvent => ({ id: randomUUID(), type: 'Happened.v1', data: {}, metadata: {} });

describe('embedded event store', () => {
  let folder: TemporaryFolder;
  let db: ObservedDatabase;
  let store: EmbeddedEventStore;

  beforeEach(() => {
    folder = new TemporaryFolder();
    db = new ObservedDatabase(join(folder.path, 'record.db'), { synchronous: 'FULL' });
    store = new EmbeddedEventStore(db);
  });
  afterEach(async () => {
    store.close();
    db.close();
    await folder.remove();
  });

  test('rule 13: an event with invalid JSON on disk is returned unchanged, and so are the others', async () => {
    await store.append('thing-1', 'no-stream', [
      { ...happened(), data: { n: 0 } },
      { ...happened(), data: { n: 1 } },
      { ...happened(), data: { n: 2 } },
    ]);
    db.run('UPDATE events SET data = ? WHERE revision = 1', '{"n":');
    const followed: unknown[] = [];
    for await (const { events } of store.subscribe({ after: null, signal: new AbortController().signal })) {
      followed.push(...events.map(({ data }) => data));
      if (followed.length >= 3) break;
    }
    expect([followed, (await store.read('thing-1', 0, 10)).map(({ data }) => data)]).toEqual(
      Array(2).fill([{ n: 0 }, '{"n":', { n: 2 }]),
    );
  });

  test('appends of one turn share a transaction, and a conflict rejects only its own command', async () => {
    await store.append('thing-0', 'no-stream', [happened()]);
    const before = db.transactions;
    const outcomes = await Promise.allSettled([
      store.append('thing-1', 'no-stream', [happened()]),
      store.append('thing-1', 0, [happened(), happened()]),
      store.append('thing-0', 'no-stream', [happened()]),
      store.append('thing-1', 0, [happened()]),
      store.append('thing-1', 2, [happened()]),
      store.append('thing-0', 0, [happened()]),
    ]);
    expect(db.transactions - before).toBe(1);
    expect(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.revision : outcome.reason)),
    ).toEqual([0, 2, expect.any(WrongExpectedRevision), expect.any(WrongExpectedRevision), 3, 1]);
    expect(await store.read('thing-1', 0, 10)).toHaveLength(4);
  });

  test('an invalid append fails alone and at once', async () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const outcomes = await Promise.allSettled([
      store.append('thing-1', 'no-stream', [{ ...happened(), data: circular as StoredEvent['data'] }]),
      store.append('nodash', 'no-stream', [happened()]),
      store.append('thing-1', -1, [happened()]),
      store.append('thing-1', 'no-stream', []),
      store.append('thing-1', 'no-stream', [happened()]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  test('U3: a stream that lacks an event in the file is damaged, and never a new one', async () => {
    await store.append('thing-1', 'no-stream', [happened(), happened(), happened()]);
    db.run('DELETE FROM events WHERE revision = 0');
    await expect(store.read('thing-1', 0, 10)).rejects.toMatchObject({ name: 'DamagedStream', stream: 'thing-1' });
    expect(await store.read('thing-1', 1, 10)).toHaveLength(2);
  });

  test('a failed commit rejects its whole group and leaves no trace', async () => {
    const first = happened();
    await store.append('thing-1', 'no-stream', [first]);
    const head = await store.head();
    const again = [happened(), happened()] as const;
    const appends = () => [store.append('thing-1', 0, [again[0]]), store.append('other-1', 'no-stream', [again[1]])];

    db.failing = true;
    for (const outcome of await Promise.allSettled(appends())) expect(outcome.status).toBe('rejected');
    expect(await store.head()).toBe(head);
    expect(await store.read('other-1', 0, 10)).toEqual([]);

    db.failing = false;
    const answers = await Promise.all(appends());
    expect(answers.map(({ revision }) => revision)).toEqual([1, 0]);
    const stop = new AbortController();
    for await (const { events } of store.subscribe({
      after: null,
      categories: ['other', 'thing'],
      signal: stop.signal,
    })) {
      expect(events.map(({ id }) => id)).toEqual([first.id, again[0].id, again[1].id]);
      break;
    }
  });

  test('a stream that does not exist is searched once, until an append creates it', async () => {
    const searched = jest.spyOn(db, 'one');
    expect(await store.read('thing-1', 0, 10)).toEqual([]);
    expect(await store.read('thing-1', 0, 10)).toEqual([]);
    await expect(store.append('thing-1', 0, [happened()])).rejects.toThrow(WrongExpectedRevision);
    expect(searched.mock.calls.filter(([, name]) => name === 'thing-1')).toHaveLength(1);

    db.failing = true;
    await expect(store.append('thing-1', 'no-stream', [happened()])).rejects.toThrow('full');
    db.failing = false;
    expect(await store.read('thing-1', 0, 10)).toEqual([]);
    await store.append('thing-1', 'no-stream', [happened()]);
    expect(await store.read('thing-1', 0, 10)).toHaveLength(1);
  });

  test('a full disk rejects appends until there is room', async () => {
    await store.append('thing-1', 'no-stream', [happened()]);
    const { page_count: pages } = db.first<{ page_count: number }>('PRAGMA page_count');
    db.exec(`PRAGMA max_page_count = ${pages}`);
    const large = { ...happened(), data: { text: 'x'.repeat(100_000) } };
    await expect(store.append('thing-1', 0, [large])).rejects.toThrow('full');
    db.exec('PRAGMA max_page_count = 1000000');
    expect((await store.append('thing-1', 0, [large])).revision).toBe(1);
    expect(await store.read('thing-1', 0, 10)).toHaveLength(2);
  });

  test('appends that are pending at closing are committed, later ones refused', async () => {
    const waiting = store.append('thing-1', 'no-stream', [happened()]);
    store.close();
    expect((await waiting).revision).toBe(0);
    await expect(store.append('thing-1', 0, [happened()])).rejects.toThrow('closed');
  });

  test('more appends than fit into one group are committed in several', async () => {
    const before = db.transactions;
    await Promise.all(Array.from({ length: 2_500 }, (_, n) => store.append(`thing-${n}`, 'no-stream', [happened()])));
    expect(db.transactions - before).toBe(3);
  });

  test('followers at any pace see every event of their categories once', async () => {
    const count = 6_000;
    const follow = async (
      categories: readonly string[] | undefined,
      pace: () => Promise<unknown>,
    ): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { events } of store.subscribe({
        after: null,
        ...(categories && { categories }),
        signal: stop.signal,
      })) {
        ids.push(...events.map(({ id }) => id));
        if (ids.at(-1) === 'end') break;
        await pace();
      }
      return ids;
    };
    const stop = new AbortController();
    const slowly = async () => {
      for (let turns = 0; turns < 7; turns += 1) await nextTurn();
    };
    const followers = [
      follow(undefined, () => Promise.resolve()),
      follow(undefined, slowly),
      follow(['even'], () => Promise.resolve()),
      follow(['even', 'none'], slowly),
    ];
    const ids = Array.from({ length: count }, (_, n) => (n === count - 2 ? 'end' : `event${n}`)).slice(0, -1);
    for (const [n, id] of ids.entries()) {
      const appended = store.append(`${n % 2 === 0 ? 'even' : 'odd'}-${n}`, 'no-stream', [{ ...happened(), id }]);
      if (n % 150 === 0) await appended;
    }
    const [all, allSlowly, even, evenSlowly] = await Promise.all(followers);
    expect(all).toEqual(ids);
    expect(allSlowly).toEqual(ids);
    expect(even).toEqual(ids.filter((_, n) => n % 2 === 0));
    expect(evenSlowly).toEqual(even);
  });

  test('streams, revisions and categories are found by index', async () => {
    const plan = (sql: string) => db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail);
    expect(plan('SELECT id FROM events WHERE stream = 1 AND revision > 3 ORDER BY revision LIMIT 5')).toEqual([
      'SEARCH events USING INDEX events_by_stream (stream=? AND revision>?)',
    ]);
    expect(plan('SELECT position FROM events WHERE category = 1 AND position > 3 ORDER BY position LIMIT 5')).toEqual([
      'SEARCH events USING COVERING INDEX events_by_category (category=? AND position>?)',
    ]);
  });
});
