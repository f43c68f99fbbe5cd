export { openKafka } from './open-kafka.js';
export type { KafkaOptions } from './connection.js';
