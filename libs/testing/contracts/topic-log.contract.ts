import type { TopicLog } from '@app/eventing';
import { rejection, uniqueName, type Opened } from './opened.js';
import { assignmentContract } from './assignment.contract.js';
import { consume, newTopic, numberOf, numbers, signalled } from './topic-log.samples.js';

type Ports = { readonly store: TopicLog };

/** Contract of topic logs. */
export function topicLogContract(name: string, open: () => Promise<Opened<Ports>>): void {
  describe(`topic log contract: ${name}`, () => {
    let opened: Opened<Ports>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    const log = () => opened.store;

    test('topics are prepared repeatedly and concurrently, and keep their messages', async () => {
      const [topic, other] = [uniqueName('topic'), uniqueName('topic')];
      await Promise.all([log().prepare([topic]), log().prepare([other, topic]), log().prepare([topic, topic])]);
      await log().publish(topic, numbers(0, 5));
      await log().prepare([topic, other]);
      await log().prepare([]);
      expect(await consume(log(), [topic], uniqueName('group'), 5)).toHaveLength(5);
    });

    test('a group gets everything, in order per key', async () => {
      const topic = await newTopic(log());
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

    test('concurrent calls keep their order', async () => {
      const topic = await newTopic(log());
      await Promise.all(Array.from({ length: 40 }, (_, call) => log().publish(topic, numbers(call * 5, call * 5 + 5))));
      const messages = await consume(log(), [topic], uniqueName('group'), 200);
      for (const key of ['0', '1', '2']) {
        const own = messages.filter((message) => message.key === key).map(numberOf);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
      expect(new Set(messages.map(({ offset }) => offset)).size).toBe(200);
    });

    test('publishing nothing resolves at once', async () => {
      await expect(log().publish(await newTopic(log()), [])).resolves.toBeUndefined();
    });

    test('a message arrives as it was published', async () => {
      const topic = await newTopic(log());
      const message = { key: 'ключ', value: { text: 'ünï ✓\n', list: [1, null, { deep: true }] } };
      await log().publish(topic, [message]);
      const [consumed] = await consume(log(), [topic], uniqueName('group'), 1);
      expect(consumed).toEqual({ ...message, offset: consumed?.offset });
      expect(typeof consumed?.offset).toBe('string');
    });

    test('a waiting consumer gets newly published messages', async () => {
      const topic = await newTopic(log());
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

    test('messages of a failed handler arrive again, and nothing else is lost', async () => {
      const topic = await newTopic(log());
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

    test('offsets are committed after the effect: the next consumer continues after it', async () => {
      const topic = await newTopic(log());
      const group = uniqueName('group');
      await log().publish(topic, numbers(0, 5));
      // Stops from within the handler: its current batch still counts.
      expect((await consume(log(), [topic], group, 5)).map(numberOf).toSorted()).toEqual([0, 1, 2, 3, 4]);
      await log().publish(topic, numbers(5, 8));
      expect((await consume(log(), [topic], group, 3)).map(numberOf).toSorted()).toEqual([5, 6, 7]);
    });

    test('each group gets everything, a new one from the beginning', async () => {
      const topic = await newTopic(log());
      await log().publish(topic, numbers(0, 10));
      const [a, b] = await Promise.all([
        consume(log(), [topic], uniqueName('group'), 10),
        consume(log(), [topic], uniqueName('group'), 10),
      ]);
      const late = await consume(log(), [topic], uniqueName('group'), 10);
      for (const messages of [a, b, late]) expect(new Set(messages.map(numberOf)).size).toBe(10);
    });

    test('one consumer follows several topics', async () => {
      const topics = [await newTopic(log()), await newTopic(log())] as const;
      await log().publish(topics[0], numbers(0, 5));
      await log().publish(topics[1], numbers(5, 10));
      const messages = await consume(log(), topics, uniqueName('group'), 10);
      expect(new Set(messages.map(numberOf)).size).toBe(10);
    });

    test('members of one group share the work', async () => {
      const topic = await newTopic(log());
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
      const topic = await newTopic(log());
      await log().publish(topic, numbers(0, 1));
      const group = uniqueName('group');
      await consume(log(), [topic], group, 1);
      const stop = new AbortController();
      const consuming = log().consume({ topics: [topic], group, signal: stop.signal, handle: async () => undefined });
      stop.abort();
      await expect(consuming).resolves.toBeUndefined();
    });

    assignmentContract(log);

    test('messages and offsets exist after reopening', async () => {
      const topic = await newTopic(log());
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
