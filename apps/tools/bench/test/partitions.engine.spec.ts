import { projectorOf, subjectOf, type ConsumedMessage } from '@app/eventing';
import { PUBLISHER, topics } from '@app/public-events';
import { readModels } from '@app/read-models';
import { admin } from '../../chaos/admin.js';
import { until } from '../../chaos/test/kill-bench.fixture.js';
import { Burst, divided, PARTS } from '../burst.js';

const LONGEST_MS = 300_000;
const projectors = readModels.map(projectorOf);

describe('followers in parts, in several processes, on Kafka, MongoDB and EventStoreDB', () => {
  let burst: Burst;
  beforeAll(async () => {
    burst = await Burst.open();
  }, LONGEST_MS);
  afterAll(() => burst.close(), LONGEST_MS);

  /** How many parts of each work each holder has, from the most; equal for all works. */
  const shares = async (works: readonly string[]): Promise<number[] | null> => {
    const leases = await burst.engines.checkpoints.all('lease ');
    const counts = works.map((work) => {
      const holders = leases
        .filter(({ name }) => subjectOf(name) === `lease ${work}`)
        .map(({ checkpoint }) => checkpoint.split(' ')[1] ?? '');
      if (holders.length < PARTS || holders.includes('free')) return null;
      const byHolder = Map.groupBy(holders, (holder) => holder);
      return [...byHolder.values()].map(({ length }) => length).toSorted((a, b) => b - a);
    });
    const [first] = counts;
    return first && counts.every((count) => count?.join() === first.join()) ? first : null;
  };
  const sharedAs = (works: readonly string[], expected: readonly number[]): Promise<unknown> =>
    until(`shares of ${expected.join()}`, async () =>
      (await shares(works))?.join() === expected.join() ? true : undefined,
    );

  test(
    'rule 13: four share eight parts of each follower evenly; when one is killed, the others take its parts over',
    async () => {
      await burst.start('automation', 1);
      for (const app of ['publisher', 'projector']) await burst.start(app, 4);
      await sharedAs([PUBLISHER], [2, 2, 2, 2]);
      await sharedAs(projectors, [2, 2, 2, 2]);
      const storing = burst.store(2_000);
      await burst.kill();
      await storing;
      await burst.caughtUp(divided);
      await sharedAs(projectors, [3, 3, 2]);
      await burst.start('projector', 1);
      await sharedAs(projectors, [2, 2, 2, 2]);
    },
    LONGEST_MS,
  );

  test(
    'rule 8: the read models equal a rebuild, beside the running projectors',
    () => {
      expect(admin('compare', burst.environment).match(/equal$/gm)).toHaveLength(readModels.length);
      expect(admin('parked', burst.environment)).toContain('Nothing is parked');
      expect(() => admin('partition', { ...burst.environment, PARTITIONS: '4' })).toThrow('stop all of them');
    },
    LONGEST_MS,
  );

  test(
    'rule 13: every event is in the topic, and the first copies of each key are in order',
    async () => {
      const { topics: log, eventStore } = burst.engines;
      const [{ topic }] = topics as [(typeof topics)[number]];
      const stop = new AbortController();
      const read = new Map<string, string[]>();
      const handle = async (messages: readonly ConsumedMessage[]): Promise<void> => {
        for (const { key, value } of messages) read.set(key, [...(read.get(key) ?? []), String(value['id'])]);
      };
      const consuming = log.consume({ topics: [topic], group: 'spec', signal: stop.signal, handle });
      const expected = new Map<string, string[]>();
      const head = (await eventStore.head()) ?? '';
      for await (const { events, position } of eventStore.subscribe({
        after: null,
        categories: ['conversation'],
        signal: stop.signal,
      })) {
        for (const { stream, id } of events) {
          const key = stream.slice(stream.indexOf('-') + 1);
          expected.set(key, [...(expected.get(key) ?? []), id]);
        }
        if (position >= head) break;
      }
      const total = [...expected.values()].flat().length;
      await until('every event in the topic', () =>
        new Set([...read.values()].flat()).size >= total ? true : undefined,
      );
      stop.abort();
      await consuming;
      for (const [key, ids] of expected) expect([...new Set(read.get(key))]).toEqual(ids);
    },
    LONGEST_MS,
  );
});
