import type { ConsumedMessage, TopicLog, TopicMessage } from '@app/eventing';
import { uniqueName } from './opened.js';

export async function newTopic(log: TopicLog): Promise<string> {
  const topic = uniqueName('topic');
  await log.prepare([topic]);
  return topic;
}

/** Messages of three keys. */
export const numbers = (from: number, to: number): TopicMessage[] =>
  Array.from({ length: to - from }, (_, n) => ({ key: String((from + n) % 3), value: { n: from + n } }));

export const numberOf = ({ value }: ConsumedMessage): number => Number(value['n']);

/** Consumes until that many messages arrived. */
export async function consume(
  log: TopicLog,
  topics: readonly string[],
  group: string,
  count: number,
): Promise<ConsumedMessage[]> {
  const stop = new AbortController();
  const seen: ConsumedMessage[] = [];
  await log.consume({
    topics,
    group,
    signal: stop.signal,
    handle: async (messages) => {
      seen.push(...messages);
      if (seen.length >= count) stop.abort();
    },
  });
  return seen;
}

export function signalled(): { readonly signalled: Promise<void>; signal(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { signalled: promise, signal: resolve };
}

/** A condition that is checked whenever something happened. */
export class Condition {
  readonly #waiting = new Set<() => void>();

  happened(): void {
    for (const look of [...this.#waiting]) look();
  }

  until(isMet: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isMet()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** A member of a group, and the messages it received, or all members that share the list. */
export class Member {
  readonly #stop = new AbortController();
  /** Messages that arrived when their key was not assigned to this member. */
  foreign = 0;
  owns: (key: string) => boolean = () => false;
  readonly consuming: Promise<void>;

  constructor(
    log: TopicLog,
    topics: readonly string[],
    group: string,
    condition: Condition,
    readonly seen: ConsumedMessage[] = [],
  ) {
    this.consuming = log.consume({
      topics,
      group,
      signal: this.#stop.signal,
      handle: async (messages) => {
        this.foreign += messages.filter(({ key }) => !this.owns(key)).length;
        this.seen.push(...messages);
        condition.happened();
      },
      onAssignment: (owns) => {
        this.owns = owns;
        condition.happened();
      },
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.consuming;
  }
}
