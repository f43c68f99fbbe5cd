import { openKafka } from './open-kafka.js';

/** @throws where no Kafka is given: a suite that needs one must not pass without it */
export function givenBrokers(): string[] {
  const brokers = process.env['KAFKA_BROKERS'];
  if (!brokers) throw new Error('KAFKA_BROKERS says no Kafka to test against; npm run engines -- up starts one');
  return brokers.split(',');
}

/** With a short session, so that a member that is gone is soon missed. */
export const openTopics = (brokers: readonly string[], sessionTimeout = 1_000) => openKafka({ brokers, sessionTimeout, prefix: 'test.' });
