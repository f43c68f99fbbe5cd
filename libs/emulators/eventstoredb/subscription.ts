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

const PAGE = 500;
/** The server's search window if the client gives none. */
const DEFAULT_WINDOW = 32;

/**
 * A subscription to `$all`. As on the server, a checkpoint of a filtered one is sent only after its interval times its
 * window of events, even when it has caught up.
 */
export async function subscribe(
  call: ReadCall,
  options: Options,
  { record, committed, counts, signal }: Subscribable,
): Promise<void> {
  if (options.hasStream())
    throw Object.assign(new Error('The double does not support subscriptions to one stream'), {
      code: status.UNIMPLEMENTED,
    });
  const filter = options.getFilter();
  const passes = filterOf(filter);
  const interval = filter ? (filter.getMax() || DEFAULT_WINDOW) * filter.getCheckpointintervalmultiplier() : Infinity;
  let position = startOf(options.getAll(), record.last);
  if (!record.isPlace(position))
    throw Object.assign(new Error(), { code: status.UNKNOWN, details: 'Exception was thrown by handler.' });
  let considered = 0;
  let live = false;
  await send(call, confirmationMessage(randomUUID()));
  while (!signal.aborted) {
    const page = record.after(position, PAGE);
    if (page.length === 0 && live) {
      // No await is allowed between the reading of the head and this wait, or a commit could go unnoticed.
      await committed.wait({ signal });
      continue;
    }
    if (page.length === 0) {
      live = true;
      if (filter && position > 0) await send(call, checkpointMessage(position));
      await send(call, caughtUpMessage());
      continue;
    }
    if (live && page.length === PAGE) {
      live = false;
      await send(call, fellBehindMessage());
    }
    for (const event of page) {
      if (signal.aborted) return;
      position = event.position;
      if (passes(event)) {
        counts.events += 1;
        await send(call, eventMessage(event));
      }
      considered += 1;
      if (considered < interval) continue;
      considered = 0;
      await send(call, checkpointMessage(position));
    }
  }
}

/** The position that a call names; `end` if it names the end. */
export function startOf(all: ReturnType<Options['getAll']>, end: number): number {
  if (!all || all.hasStart()) return 0;
  return all.hasEnd() ? end : Number(all.getPosition()?.getCommitPosition());
}

function filterOf(filter: ReturnType<Options['getFilter']>): (event: RecordedEvent) => boolean {
  const expression = filter?.getStreamIdentifier() ?? filter?.getEventType();
  if (!filter || !expression) return () => true;
  const subject = (event: RecordedEvent): string => (filter.hasStreamIdentifier() ? event.stream : event.type);
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => subject(event).startsWith(prefix));
  const pattern = new RegExp(expression.getRegex());
  return (event) => pattern.test(subject(event));
}
