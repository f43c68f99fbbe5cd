import type { TopicLog } from '@app/eventing';
import type { KafkaOptions } from './connection.js';
import { KafkaTopicLog } from './topic-log.js';

/** Topics on Apache Kafka. It connects when it is needed; `close` ends consumers after what they are handling. */
export function openKafka(options: KafkaOptions): { readonly topics: TopicLog; close(): Promise<void> } {
  const topics = new KafkaTopicLog(options);
  return { topics, close: () => topics.close() };
}
