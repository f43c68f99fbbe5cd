import { Kafka, logLevel } from 'kafkajs';
import type { TopicMessage } from '@app/eventing';

const BATCH = 100;

/** Sends the messages by the client alone, one batch after the other, acknowledged by all in-sync replicas. */
export async function produce(brokers: string, topic: string, messages: readonly TopicMessage[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (let first = 0; first < messages.length; first += BATCH)
    await producer.send({
      topic,
      acks: -1,
      messages: messages.slice(first, first + BATCH).map(({ key, value }) => ({ key, value: JSON.stringify(value) })),
    });
  await producer.disconnect();
}

/** Deletes the topics with this prefix. */
export async function deleteTopics(brokers: string, prefix: string): Promise<void> {
  const admin = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}
