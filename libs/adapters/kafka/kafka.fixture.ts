import type { ConsumedMessage, TopicLog } from '@app/eventing';
import { openKafka } from './open-kafka.js';

export const SESSION_MS = 1_000;

/** @throws when no Kafka is given: a suite that needs one must not pass without it */
export function givenBrokers(): string[] {
  const brokers = process.env['KAFKA_BROKERS'];
  if (!brokers) throw new Error('KAFKA_BROKERS says no Kafka to test against; npm run engines -- up starts one');
  return brokers.split(',');
}

/** With a short session time-out, so that a lost member is detected soon. */
export const openTopics = (brokers: readonly string[], prefix = 'test.') =>
  openKafka({ brokers, sessionTimeout: SESSION_MS, prefix });

export const keys = Array.from({ length: 12 }, (_, n) => `key-${n}`);

/** Publishes numbered messages of all keys, batch by batch, until it is stopped. */
export class Publisher {
  /** Numbers of acknowledged batches. */
  acknowledged = 0;
  #isStopped = false;
  readonly #publishing: Promise<void>;

  constructor(log: TopicLog, topic: string, condition: { happened(): void }) {
    this.#publishing = this.#publish(log, topic, condition);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#publishing;
  }

  async #publish(log: TopicLog, topic: string, condition: { happened(): void }): Promise<void> {
    while (!this.#isStopped) {
      const n = this.acknowledged;
      await log.publish(
        topic,
        keys.map((key) => ({ key, value: { n } })),
      );
      this.acknowledged++;
      condition.happened();
    }
  }
}

/** Each number once, at its first place. */
export const firstOf = (seen: readonly ConsumedMessage[], key: string): number[] => [
  ...new Set(seen.filter((message) => message.key === key).map(({ value }) => Number(value['n']))),
];

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
