import { accessSync, constants } from 'node:fs';
import type { TopicLog } from '@app/eventing';
import type { KafkaOptions } from './connection.js';
import { KafkaTopicLog } from './topic-log.js';

export type Kafka = {
  readonly topics: TopicLog;
  /** Whether the brokers let us in; which rights to topics and groups we have, they tell only when these are used. @throws AccessRefused, EngineUnavailable */
  checkAccess(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Topics on Apache Kafka. It connects when it is needed; `close` ends consumers after what they are handling.
 * @throws when the file of the authority cannot be read
 */
export function openKafka(options: KafkaOptions): Kafka {
  // Found later, it would look like a Kafka that is away.
  if (options.tls?.caFile !== undefined) accessSync(options.tls.caFile, constants.R_OK);
  const topics = new KafkaTopicLog(options);
  return { topics, checkAccess: () => topics.checkAccess(), close: () => topics.close() };
}
