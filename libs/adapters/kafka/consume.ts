import { Logger } from '@nestjs/common';
import { retry, steady, type Consumer } from '@app/eventing';
import { refusalOf, type KafkaOptions } from './connection.js';
import { HandlerFailed, Membership } from './membership.js';

const PAUSE_MS = 300;
const logger = new Logger('Kafka');

/**
 * Consumes until the signal aborts or the handler rejects, or Kafka refuses. When Kafka is lost it starts again,
 * however long that takes.
 */
export async function consume(options: KafkaOptions, consumer: Consumer): Promise<void> {
  const { group, signal } = consumer;
  let isAway = false;
  const onJoin = (): void => {
    if (isAway) logger.log(`${group} is back`);
    isAway = false;
  };
  const member = async (): Promise<void> => {
    if (!signal.aborted) await new Membership(options, consumer, onJoin).run();
  };
  const onFailure = (error: unknown): void => {
    if (error instanceof HandlerFailed) throw error.cause;
    const refusal = refusalOf(error);
    if (refusal) throw refusal;
    if (!isAway) logger.warn(`${group} waits for Kafka: ${String(error)}`);
    isAway = true;
  };
  await retry(member, { pauses: steady(PAUSE_MS), onFailure, signal });
}
