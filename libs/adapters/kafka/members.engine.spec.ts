import { setTimeout as delay } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import type { ConsumedMessage } from '@app/eventing';
import { Condition, consume, Member, newTopic, numberOf, numbers, uniqueName } from '@app/testing/contracts';
import { kafkaClient } from './connection.js';
import { firstOf, givenBrokers, keys, openTopics, Publisher, SESSION_MS, upTo } from './kafka.fixture.js';

let kafka: ReturnType<typeof openTopics>;
beforeEach(() => {
  kafka = openTopics(givenBrokers());
});
afterEach(() => kafka.close());

test('members join and leave while messages arrive: nothing is lost, and each key keeps its order', async () => {
  const condition = new Condition();
  const seen: ConsumedMessage[] = [];
  const topic = await newTopic(kafka.topics);
  const group = uniqueName('group');
  const join = () => new Member(kafka.topics, [topic], group, condition, seen);
  const isSharedBy = (...members: Member[]) =>
    keys.every((key) => members.filter(({ owns }) => owns(key)).length === 1) &&
    members.every(({ owns }) => keys.some((key) => owns(key)));

  const first = join();
  const publisher = new Publisher(kafka.topics, topic, condition);
  await condition.until(() => isSharedBy(first));
  const second = join();
  await condition.until(() => isSharedBy(first, second));
  const third = join();
  await condition.until(() => isSharedBy(first, second, third));
  await second.stop();
  await condition.until(() => isSharedBy(first, third));
  await first.stop();
  await condition.until(() => isSharedBy(third));
  await publisher.stop();
  await condition.until(() => keys.every((key) => firstOf(seen, key).length === publisher.acknowledged));
  await third.stop();
  for (const key of keys) expect(firstOf(seen, key)).toEqual(upTo(publisher.acknowledged));
});

test('a member that works longer than the session time-out keeps its partitions, and its work is done once', async () => {
  const topic = await newTopic(kafka.topics);
  const group = uniqueName('group');
  await kafka.topics.publish(topic, [{ key: 'a', value: { n: 0 } }]);
  const stop = new AbortController();
  let owns: (key: string) => boolean = () => false;
  const seen: number[] = [];
  await kafka.topics.consume({
    topics: [topic],
    group,
    signal: stop.signal,
    onAssignment: (assigned) => (owns = assigned),
    handle: async (messages) => {
      await delay(SESSION_MS * 2.5);
      expect(owns('a')).toBe(true);
      seen.push(...messages.map(numberOf));
      stop.abort();
    },
  });
  await kafka.topics.publish(topic, [{ key: 'a', value: { n: 1 } }]);
  const [next] = await consume(kafka.topics, [topic], group, 1);
  expect([...seen, next && numberOf(next)]).toEqual([0, 1]);
});

test('a member that was removed from its group joins again and continues after the committed offset', async () => {
  const topic = await newTopic(kafka.topics);
  const group = uniqueName('group');
  await kafka.topics.publish(topic, numbers(0, 5));
  await consume(kafka.topics, [topic], group, 5);
  await kafka.topics.publish(topic, [{ key: 'a', value: { n: 5 } }]);
  const stop = new AbortController();
  const seen: number[] = [];
  let owns: (key: string) => boolean = () => false;
  await kafka.topics.consume({
    topics: [topic],
    group,
    signal: stop.signal,
    onAssignment: (assigned) => (owns = assigned),
    handle: async (messages) => {
      seen.push(...messages.map(numberOf));
      if (seen.length > 1) return stop.abort();
      freeze(SESSION_MS * 2.5);
      expect(owns('a')).toBe(false);
    },
  });
  // It could not commit its work after the group considered it dead.
  expect(seen).toEqual([5, 5]);
  await kafka.topics.publish(topic, [{ key: 'a', value: { n: 6 } }]);
  expect((await consume(kafka.topics, [topic], group, 1)).map(numberOf)).toEqual([6]);
});

test('installations with different prefixes share a Kafka', async () => {
  const other = openTopics(givenBrokers(), 'other.');
  try {
    const topic = uniqueName('topic');
    const group = uniqueName('group');
    for (const { topics } of [kafka, other]) await topics.prepare([topic]);
    await kafka.topics.publish(topic, numbers(0, 3));
    await other.topics.publish(topic, numbers(3, 6));
    expect((await consume(kafka.topics, [topic], group, 3)).map(numberOf).toSorted()).toEqual([0, 1, 2]);
    expect((await consume(other.topics, [topic], group, 3)).map(numberOf).toSorted()).toEqual([3, 4, 5]);
  } finally {
    await other.close();
  }
});

/** Nothing else runs in this process meanwhile, not even heartbeats. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test.each([
  ['nothing', null],
  ['no JSON', 'hello'],
  ['half of it', '{"n":'],
  ['no object', '[1]'],
])('a foreign message does not block its partition: %s', async (_what, value) => {
  const topic = await newTopic(kafka.topics);
  const producer = kafkaClient({ brokers: givenBrokers() }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  await producer.send({ topic: `test.${topic}`, messages: [{ key: '0', value }] });
  await producer.disconnect();
  await kafka.topics.publish(topic, numbers(0, 1));
  const [next] = await consume(kafka.topics, [topic], uniqueName('group'), 1);
  expect(next && numberOf(next)).toBe(0);
});
