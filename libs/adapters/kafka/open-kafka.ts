import { accessSync, constants } from 'node:fs';
import type { TopicLog } from '@app/eventing';
import type { KafkaOptions } from './connection.js';
import { KafkaTopicLog } from './topic-log.js';

export type Kafka = {
  readonly topics: TopicLog;
  /**
   * Checks that the brokers accept the login; they report rights to topics and groups only when these are used. @throws
   * AccessRefused, EngineUnavailable
   */
  checkAccess(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Topics on Apache Kafka. Connects when needed; `close` ends consumers after their current batches.
 * @throws when the file of the authority cannot be read
 */
export function openKafka(options: KafkaOptions): Kafka {
  // Found later, it would look like an unavailable Kafka.
  if (options.tls?.caFile !== undefined) accessSync(options.tls.caFile, constants.R_OK);
  const topics = new KafkaTopicLog(options);
  return { topics, checkAccess: () => topics.checkAccess(), close: () => topics.close() };
}
