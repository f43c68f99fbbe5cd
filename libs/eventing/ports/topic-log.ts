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
  /** Told whenever the work is shared out anew: whose keys now come to this member. Nobody else's, but for the moment of a change. */
  onAssignment?(owns: (key: string) => boolean): void;
};

/** The consumers of one topic log that are at work, ended together when it closes. */
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

  /** Ends them; what they are handling is finished first. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }
}

/** Topics for other processes: at least once, in order per key. */
export abstract class TopicLog {
  /** Creates the topics that are missing; safe to repeat. Before it a topic takes no messages. */
  abstract prepare(topics: readonly string[]): Promise<void>;
  /** Resolves when the messages are durable. */
  abstract publish(topic: string, messages: readonly TopicMessage[]): Promise<void>;
  /** Consumes until the signal aborts; rejects when `handle` does, and a later call gets the same messages again. */
  abstract consume(consumer: Consumer): Promise<void>;
}
