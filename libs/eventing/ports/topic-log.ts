import type { JsonObject } from '@app/kernel';

export type TopicMessage = { readonly key: string; readonly value: JsonObject };
export type ConsumedMessage = TopicMessage & { readonly offset: string };

export type Consumer = {
  readonly topics: readonly string[];
  /** Members of one group share the work; each group reads everything. A new group starts at the beginning. */
  readonly group: string;
  readonly signal: AbortSignal;
  /** Called with messages in order per key, one batch at a time. The offsets are committed after it resolves. */
  handle(messages: readonly ConsumedMessage[]): Promise<void>;
  /**
   * Called at each rebalance with the keys now assigned to this consumer. No other consumer has them, except briefly
   * during a rebalance.
   */
  onAssignment?(owns: (key: string) => boolean): void;
};

/** The running consumers of one topic log, which end together when it closes. */
export class Consumers {
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();

  /** Aborts when the log closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Lets a consumer run until its own signal aborts or the log closes. */
  async run(consumer: Consumer, consume: (consumer: Consumer) => Promise<void>): Promise<void> {
    const running = consume({ ...consumer, signal: AbortSignal.any([consumer.signal, this.closing]) });
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Ends them after they have finished their current batch. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }
}

/** Topics for other processes: at-least-once delivery, in order per key. */
export abstract class TopicLog {
  /** Creates missing topics; safe to repeat. A topic accepts no messages before that. */
  abstract prepare(topics: readonly string[]): Promise<void>;
  /** Resolves when the messages are durable, or can only be lost together with the publisher's checkpoint. */
  abstract publish(topic: string, messages: readonly TopicMessage[]): Promise<void>;
  /** Consumes until the signal aborts; rejects when `handle` does, and a later call gets the same messages again. */
  abstract consume(consumer: Consumer): Promise<void>;
}
