import { accessSync, constants } from 'node:fs';
import type { TopicLog } from '@app/eventing';
import type { KafkaOptions } from './connection.js';
import { KafkaTopicLog } from './topic-log.js';

/**
 * Topics on Apache Kafka. It connects when it is needed; `close` ends consumers after what they are handling.
 * @throws when the file of the authority cannot be read
 */
export function openKafka(options: KafkaOptions): { readonly topics: TopicLog; close(): Promise<void> } {
  // Found later, it would look like a Kafka that is away.
  if (options.tls?.caFile !== undefined) accessSync(options.tls.caFile, constants.R_OK);
  const topics = new KafkaTopicLog(options);
  return { topics, close: () => topics.close() };
}
