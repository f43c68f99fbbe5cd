import { randomUUID } from 'node:crypto';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { status } from '@grpc/grpc-js';
import type { Wakeup } from '@app/eventing';
import {
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  eventMessage,
  fellBehindMessage,
} from './messages.js';
import type { Record, RecordedEvent } from './record.js';
import { send, type ReadCall } from './send.js';

export type Subscribable = {
  readonly record: Record;
  readonly committed: Wakeup;
  /** How many events were sent. */
  readonly counts: { events: number };
  /** Aborts when either side ends the call. */
  readonly signal: AbortSignal;
};

type Options = NonNullable<ReturnType<ReadReq['getOptions']>>;
type Filter = ReturnType<Options['getFilter']>;

const PAGE = 500;
/** The server's search window if the client gives none. */
const DEFAULT_WINDOW = 32;

/** A subscription to `$all`, from the position that the call names. */
export async function subscribe(call: ReadCall, options: Options, source: Subscribable): Promise<void> {
  if (options.hasStream())
    throw Object.assign(new Error('The double does not support subscriptions to one stream'), {
      code: status.UNIMPLEMENTED,
    });
  const { record } = source;
  const start = startOf(options.getAll(), record.last);
  const subscription = new Subscription(call, options.getFilter(), source, start);
  if (!record.isPlace(start))
    throw Object.assign(new Error(), { code: status.UNKNOWN, details: 'Exception was thrown by handler.' });
  await subscription.run();
}

/**
 * As on the server, a checkpoint of a filtered subscription is sent only after its interval times its window of events,
 * even when it has caught up.
 */
class Subscription {
  readonly #passes: (event: RecordedEvent) => boolean;
  readonly #interval: number;
  #considered = 0;
  #live = false;

  constructor(
    private readonly call: ReadCall,
    private readonly filter: Filter,
    private readonly source: Subscribable,
    private position: number,
  ) {
    this.#passes = filterOf(filter);
    this.#interval = filter ? (filter.getMax() || DEFAULT_WINDOW) * filter.getCheckpointintervalmultiplier() : Infinity;
  }

  async run(): Promise<void> {
    const { record, committed, signal } = this.source;
    await send(this.call, confirmationMessage(randomUUID()));
    while (!signal.aborted) {
      const page = record.after(this.position, PAGE);
      if (page.length > 0) await this.#sendPage(page);
      // No await is allowed between the reading of the head and this wait, or a commit could go unnoticed.
      else if (this.#live) await committed.wait({ signal });
      else await this.#catchUp();
    }
  }

  async #catchUp(): Promise<void> {
    this.#live = true;
    if (this.filter && this.position > 0) await send(this.call, checkpointMessage(this.position));
    await send(this.call, caughtUpMessage());
  }

  async #sendPage(page: readonly RecordedEvent[]): Promise<void> {
    if (this.#live && page.length === PAGE) {
      this.#live = false;
      await send(this.call, fellBehindMessage());
    }
    for (const event of page) {
      if (this.source.signal.aborted) return;
      await this.#consider(event);
    }
  }

  async #consider(event: RecordedEvent): Promise<void> {
    this.position = event.position;
    if (this.#passes(event)) {
      this.source.counts.events += 1;
      await send(this.call, eventMessage(event));
    }
    this.#considered += 1;
    if (this.#considered < this.#interval) return;
    this.#considered = 0;
    await send(this.call, checkpointMessage(this.position));
  }
}

/** The position that a call names; `end` if it names the end. */
export function startOf(all: ReturnType<Options['getAll']>, end: number): number {
  if (!all || all.hasStart()) return 0;
  return all.hasEnd() ? end : Number(all.getPosition()?.getCommitPosition());
}

function filterOf(filter: Filter): (event: RecordedEvent) => boolean {
  const expression = filter?.getStreamIdentifier() ?? filter?.getEventType();
  if (!filter || !expression) return () => true;
  const subject = (event: RecordedEvent): string => (filter.hasStreamIdentifier() ? event.stream : event.type);
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => subject(event).startsWith(prefix));
  const pattern = new RegExp(expression.getRegex());
  return (event) => pattern.test(subject(event));
}
