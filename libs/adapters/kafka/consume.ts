import { Logger } from '@nestjs/common';
import { sleep, type Consumer } from '@app/eventing';
import { refusalOf, type KafkaOptions } from './connection.js';
import { HandlerFailed, Membership } from './membership.js';

const PAUSE_MS = 300;
const logger = new Logger('Kafka');

/** Consumes until the signal aborts or the handler rejects, or Kafka refuses. When Kafka is lost it begins anew, however long that takes. */
export async function consume(options: KafkaOptions, consumer: Consumer): Promise<void> {
  const { group, signal } = consumer;
  let isAway = false;
  const onJoin = (): void => {
    if (isAway) logger.log(`${group} is back`);
    isAway = false;
  };
  while (!signal.aborted) {
    try {
      return await new Membership(options, consumer, onJoin).run();
    } catch (error) {
      if (error instanceof HandlerFailed) throw error.cause;
      const refusal = refusalOf(error);
      if (refusal) throw refusal;
      if (!isAway) logger.warn(`${group} waits for Kafka: ${String(error)}`);
      isAway = true;
      await sleep(PAUSE_MS, signal);
    }
  }
}
