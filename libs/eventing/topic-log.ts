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

/** Topics for other processes: at least once, in order per key. */
export abstract class TopicLog {
  /** Creates the topics that are missing; safe to repeat. Before it a topic takes no messages. */
  abstract prepare(topics: readonly string[]): Promise<void>;
  /** Resolves when the messages are durable. */
  abstract publish(topic: string, messages: readonly TopicMessage[]): Promise<void>;
  /** Consumes until the signal aborts; rejects when `handle` does, and a later call gets the same messages again. */
  abstract consume(consumer: Consumer): Promise<void>;
}
