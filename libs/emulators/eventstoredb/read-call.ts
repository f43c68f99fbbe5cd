import { status } from '@grpc/grpc-js';
import { eventMessage, nameOf, notFoundMessage } from './messages.js';
import { PAGE, pagesOf } from './read-pages.js';
import { DELETED, NO_STREAM, StreamDeleted, type Record, type RecordedEvent } from './record.js';
import { send, type ReadCall } from './send.js';
import { startOf, subscribe, type Subscribable } from './subscription.js';

/** Answers one Read call: a stream or `$all`, forwards or backwards, a number of events or a subscription. */
export async function answerRead(call: ReadCall, source: Subscribable): Promise<void> {
  const options = call.request.getOptions();
  if (!options) throw Object.assign(new Error('No options'), { code: status.INVALID_ARGUMENT });
  if (options.hasSubscription()) return subscribe(call, options, source);

  const { record } = source;
  const count = Number(options.getCount());
  const stream = options.getStream();
  if (count === 0 || !record.isPlace(startOf(options.getAll(), 0))) throw unexpectedResult(stream ? 'Stream' : 'All');
  const name = nameOf(stream?.getStreamIdentifier());
  if (stream && !isFound(name, record)) call.write(notFoundMessage(name));
  else await sendPages(call, pagesOf(options, record), count, source);
}

/** As the server reports a read that it cannot begin. */
const unexpectedResult = (what: 'Stream' | 'All'): Error =>
  Object.assign(new Error(), { code: status.UNKNOWN, details: `Unexpected Read${what}Result: Error` });

/** @throws StreamDeleted for a tombstoned stream */
function isFound(name: string, record: Record): boolean {
  const last = record.revision(name);
  if (last === DELETED) throw new StreamDeleted(name);
  return last !== NO_STREAM && record.firstReadable(name) !== DELETED;
}

async function sendPages(
  call: ReadCall,
  pages: Iterable<RecordedEvent[]>,
  count: number,
  { counts, signal }: Subscribable,
): Promise<void> {
  let left = count;
  for (const page of pages) {
    for (const event of page.slice(0, left)) {
      counts.events += 1;
      await send(call, eventMessage(event));
    }
    left -= page.length;
    if (left <= 0 || page.length < PAGE || call.cancelled || signal.aborted) return;
  }
}
