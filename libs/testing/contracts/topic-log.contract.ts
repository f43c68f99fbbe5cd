import type { ConsumedMessage, TopicLog, TopicMessage } from '@app/eventing';
import { rejection, uniqueName, type Opened } from './opened.js';

type Ports = { readonly store: TopicLog };

/** What every topic log must do. */
export function topicLogContract(name: string, open: () => Promise<Opened<Ports>>): void {
  describe(`topic log contract: ${name}`, () => {
    let opened: Opened<Ports>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    const log = () => opened.store;

    test('a group gets everything, in order per key', async () => {
      const topic = uniqueName('topic');
      await log().publish(topic, numbers(0, 60));
      await log().publish(topic, numbers(60, 100));
      const messages = await consume(log(), [topic], uniqueName('group'), 100);
      expect(messages).toHaveLength(100);
      for (const key of ['0', '1', '2']) {
        const own = messages.filter((message) => message.key === key).map(numberOf);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
        expect(own).toHaveLength(key === '0' ? 34 : 33);
      }
    });

    test('a message comes as it was published', async () => {
      const topic = uniqueName('topic');
      const message = { key: 'ключ', value: { text: 'ünï ✓\n', list: [1, null, { deep: true }] } };
      await log().publish(topic, [message]);
      const [consumed] = await consume(log(), [topic], uniqueName('group'), 1);
      expect(consumed).toEqual({ ...message, offset: consumed?.offset });
      expect(typeof consumed?.offset).toBe('string');
    });

    test('a consumer that waits gets what is published then', async () => {
      const topic = uniqueName('topic');
      const group = uniqueName('group');
      await log().publish(topic, numbers(0, 1));
      const seen: number[] = [];
      const first = signalled();
      const all = signalled();
      const stop = new AbortController();
      const consuming = log().consume({
        topics: [topic],
        group,
        signal: stop.signal,
        handle: async (messages) => {
          seen.push(...messages.map(numberOf));
          first.signal();
          if (seen.length === 3) all.signal();
        },
      });
      await first.signalled;
      await log().publish(topic, numbers(1, 3));
      await all.signalled;
      stop.abort();
      await consuming;
      expect(seen.toSorted()).toEqual([0, 1, 2]);
    });

    test('what a handler failed on comes again, and nothing else is lost', async () => {
      const topic = uniqueName('topic');
      const group = uniqueName('group');
      await log().publish(topic, numbers(0, 20));
      const failed: number[] = [];
      const failure = new Error('The handler failed');
      const consuming = log().consume({
        topics: [topic],
        group,
        signal: new AbortController().signal,
        handle: async (messages) => {
          failed.push(...messages.map(numberOf));
          throw failure;
        },
      });
      expect(await rejection(consuming)).toBe(failure);
      const messages = await consume(log(), [topic], group, 20);
      expect(messages.map(numberOf)).toEqual(expect.arrayContaining(failed));
      expect(new Set(messages.map(numberOf)).size).toBe(20);
    });

    test('offsets are committed after the effect: who comes next goes on behind it', async () => {
      const topic = uniqueName('topic');
      const group = uniqueName('group');
      await log().publish(topic, numbers(0, 5));
      // Stops from within the handler: what it handles then still counts.
      expect((await consume(log(), [topic], group, 5)).map(numberOf).toSorted()).toEqual([0, 1, 2, 3, 4]);
      await log().publish(topic, numbers(5, 8));
      expect((await consume(log(), [topic], group, 3)).map(numberOf).toSorted()).toEqual([5, 6, 7]);
    });

    test('each group gets everything, a new one from the beginning', async () => {
      const topic = uniqueName('topic');
      await log().publish(topic, numbers(0, 10));
      const [a, b] = await Promise.all([
        consume(log(), [topic], uniqueName('group'), 10),
        consume(log(), [topic], uniqueName('group'), 10),
      ]);
      const late = await consume(log(), [topic], uniqueName('group'), 10);
      for (const messages of [a, b, late]) expect(new Set(messages.map(numberOf)).size).toBe(10);
    });

    test('one consumer follows several topics', async () => {
      const topics = [uniqueName('topic'), uniqueName('topic')] as const;
      await log().publish(topics[0], numbers(0, 5));
      await log().publish(topics[1], numbers(5, 10));
      const messages = await consume(log(), topics, uniqueName('group'), 10);
      expect(new Set(messages.map(numberOf)).size).toBe(10);
    });

    test('members of one group share the work', async () => {
      const topic = uniqueName('topic');
      const group = uniqueName('group');
      await log().publish(topic, numbers(0, 50));
      const stop = new AbortController();
      const seen = new Set<number>();
      const all = signalled();
      const member = () =>
        log().consume({
          topics: [topic],
          group,
          signal: stop.signal,
          handle: async (messages) => {
            for (const message of messages) seen.add(numberOf(message));
            if (seen.size === 100) all.signal();
          },
        });
      const members = [member(), member()];
      await log().publish(topic, numbers(50, 100));
      await all.signalled;
      stop.abort();
      await Promise.all(members);
      expect(seen.size).toBe(100);
    });

    test('ends when the signal aborts while it waits', async () => {
      const topic = uniqueName('topic');
      await log().publish(topic, numbers(0, 1));
      const group = uniqueName('group');
      await consume(log(), [topic], group, 1);
      const stop = new AbortController();
      const consuming = log().consume({ topics: [topic], group, signal: stop.signal, handle: async () => undefined });
      stop.abort();
      await expect(consuming).resolves.toBeUndefined();
    });

    test('messages and offsets are there after it was opened again', async () => {
      const topic = uniqueName('topic');
      const group = uniqueName('group');
      await log().publish(topic, numbers(0, 3));
      await consume(log(), [topic], group, 3);
      await log().publish(topic, numbers(3, 6));
      opened = { ...opened, ...(await opened.reopen()) };
      expect((await consume(log(), [topic], group, 3)).map(numberOf).toSorted()).toEqual([3, 4, 5]);
      expect(await consume(log(), [topic], uniqueName('group'), 6)).toHaveLength(6);
    });
  });
}

const numbers = (from: number, to: number): TopicMessage[] =>
  Array.from({ length: to - from }, (_, n) => ({ key: String((from + n) % 3), value: { n: from + n } }));

const numberOf = ({ value }: ConsumedMessage): number => Number(value['n']);

/** Consumes until that many messages came. */
async function consume(log: TopicLog, topics: readonly string[], group: string, count: number): Promise<ConsumedMessage[]> {
  const stop = new AbortController();
  const seen: ConsumedMessage[] = [];
  await log.consume({
    topics,
    group,
    signal: stop.signal,
    handle: async (messages) => {
      seen.push(...messages);
      if (seen.length >= count) stop.abort();
    },
  });
  return seen;
}

function signalled(): { readonly signalled: Promise<void>; signal(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { signalled: promise, signal: resolve };
}
