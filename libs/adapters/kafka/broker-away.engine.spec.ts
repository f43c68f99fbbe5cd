import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineUnavailable, type ConsumedMessage } from '@app/eventing';
import { Condition, consume, Member, newTopic, numberOf, numbers, rejection, uniqueName } from '@app/testing/contracts';
import { freePort, startKafka, type RunningKafka } from '@app/testing/servers';
import { firstOf, keys, openTopics, Publisher, upTo } from './kafka.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'kafka-'));
let broker: RunningKafka;
let kafka: ReturnType<typeof openTopics>;

beforeAll(async () => {
  broker = await startKafka({ folder });
}, 120_000);
beforeEach(() => {
  kafka = openTopics(broker.brokers);
});
afterEach(() => kafka.close());
afterAll(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true });
});

async function kill(): Promise<void> {
  broker.kill('SIGKILL');
  await broker.ended;
}

async function bringBack(): Promise<void> {
  broker = await startKafka({ folder, port: broker.port });
}

test('after a broker was killed and restarted both sides continue, and nothing acknowledged is lost', async () => {
  const condition = new Condition();
  const seen: ConsumedMessage[] = [];
  const topic = await newTopic(kafka.topics);
  const member = new Member(kafka.topics, [topic], uniqueName('group'), condition, seen);
  const publisher = new Publisher(kafka.topics, topic, condition);
  for (let kills = 0; kills < 3; kills++) {
    const goal = publisher.acknowledged + 20;
    await condition.until(() => publisher.acknowledged >= goal && seen.some((message) => numberOf(message) >= goal));
    await kill();
    await bringBack();
  }
  const goal = publisher.acknowledged + 20;
  await condition.until(() => publisher.acknowledged >= goal);
  await publisher.stop();
  await condition.until(() => keys.every((key) => firstOf(seen, key).length === publisher.acknowledged));
  await member.stop();
  for (const key of keys) expect(firstOf(seen, key)).toEqual(upTo(publisher.acknowledged));
}, 120_000);

test('with an unavailable broker publishing fails after ten seconds, in order', async () => {
  const topic = await newTopic(kafka.topics);
  await kafka.topics.publish(topic, numbers(0, 1));
  await kill();
  try {
    const began = performance.now();
    const calls = [
      kafka.topics.publish(topic, numbers(1, 2)),
      kafka.topics.publish(topic, numbers(2, 3)),
      kafka.topics.prepare([topic]),
    ];
    for (const error of await Promise.all(calls.map(rejection))) expect(error).toBeInstanceOf(EngineUnavailable);
    expect(performance.now() - began).toBeGreaterThan(8_000);
  } finally {
    await bringBack();
  }
  await kafka.topics.publish(topic, numbers(3, 4));
  const messages = await consume(kafka.topics, [topic], uniqueName('group'), 2);
  expect(messages.map(numberOf).toSorted()).toEqual([0, 3]);
}, 120_000);

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'consumers and publishers can be stopped while the broker is unavailable (%s)',
  async (signal) => {
    const condition = new Condition();
    const topic = await newTopic(kafka.topics);
    const member = new Member(kafka.topics, [topic], uniqueName('group'), condition);
    await kafka.topics.publish(topic, numbers(0, 1));
    await condition.until(() => member.seen.length === 1);
    broker.kill(signal);
    try {
      const publishing = rejection(kafka.topics.publish(topic, numbers(1, 2)));
      const late = new Member(kafka.topics, [topic], uniqueName('group'), condition);
      await Promise.all([member.stop(), late.stop(), kafka.close()]);
      expect(await publishing).toBeInstanceOf(EngineUnavailable);
      expect(await rejection(kafka.topics.publish(topic, numbers(1, 2)))).toBeInstanceOf(EngineUnavailable);
    } finally {
      await kill();
      await bringBack();
    }
  },
  120_000,
);

test('a consumer that starts before its broker reads as soon as the broker is available', async () => {
  const condition = new Condition();
  const topic = await newTopic(kafka.topics);
  await kafka.topics.publish(topic, numbers(0, 3));
  await kill();
  const member = new Member(kafka.topics, [topic], uniqueName('group'), condition);
  await bringBack();
  await condition.until(() => member.seen.length === 3);
  await member.stop();
}, 120_000);

test('without a broker a consumer ends when it is told to', async () => {
  const nowhere = openTopics([`127.0.0.1:${await freePort()}`]);
  const member = new Member(nowhere.topics, ['topic'], 'group', new Condition());
  await member.stop();
  await nowhere.close();
});
