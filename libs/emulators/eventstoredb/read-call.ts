import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { status } from '@grpc/grpc-js';
import { eventMessage, nameOf, notFoundMessage } from './messages.js';
import { DELETED, NO_STREAM, StreamDeleted, type Record, type RecordedEvent } from './record.js';
import { send, type ReadCall } from './send.js';
import { startOf, subscribe, type Subscribable } from './subscription.js';

const PAGE = 500;

/** Answers one Read call: a stream or `$all`, forwards or backwards, a number of events or a subscription. */
export async function answerRead(call: ReadCall, source: Subscribable): Promise<void> {
  const options = call.request.getOptions();
  if (!options) throw Object.assign(new Error('No options'), { code: status.INVALID_ARGUMENT });
  if (options.hasSubscription()) return subscribe(call, options, source);

  const { record } = source;
  const stream = options.getStream();
  let left = Number(options.getCount());
  if (left === 0 || !record.isPlace(startOf(options.getAll(), 0))) {
    throw Object.assign(new Error(), {
      code: status.UNKNOWN,
      details: `Unexpected ${stream ? 'ReadStreamResult' : 'ReadAllResult'}: Error`,
    });
  }
  if (stream) {
    const name = nameOf(stream.getStreamIdentifier());
    const last = record.revision(name);
    if (last === DELETED) throw new StreamDeleted(name);
    if (last === NO_STREAM || record.firstReadable(name) === DELETED) {
      call.write(notFoundMessage(name));
      return;
    }
  }
  for (const page of pages(options, record)) {
    for (const event of page.slice(0, left)) {
      source.counts.events += 1;
      await send(call, eventMessage(event));
    }
    left -= page.length;
    if (left <= 0 || page.length < PAGE || call.cancelled || source.signal.aborted) return;
  }
}

type Options = NonNullable<ReturnType<ReadReq['getOptions']>>;

function* pages(options: Options, record: Record): Generator<RecordedEvent[]> {
  const backwards = options.getReadDirection() === 1;
  const stream = options.getStream();
  const name = nameOf(stream?.getStreamIdentifier());
  const first = stream ? record.firstReadable(name) : 0;
  let from = stream
    ? revisionOf(stream, backwards)
    : startOf(options.getAll(), backwards ? Number.MAX_SAFE_INTEGER : 0);
  // A forward read from a position includes the event there, a backward read does not.
  if (!stream && !backwards) from -= 1;
  for (;;) {
    let page: RecordedEvent[];
    if (stream && backwards)
      page = record.streamBackwards(name, from, PAGE).filter(({ revision }) => revision >= first);
    else if (stream) page = record.stream(name, Math.max(from, first), PAGE);
    else page = backwards ? record.before(from, PAGE) : record.after(from, PAGE);
    yield page;
    const last = page.at(-1);
    if (!last) return;
    if (!stream) from = last.position;
    else from = last.revision + (backwards ? -1 : 1);
  }
}

function revisionOf(stream: NonNullable<ReturnType<Options['getStream']>>, backwards: boolean): number {
  if (stream.hasStart()) return 0;
  if (stream.hasRevision()) return Number(stream.getRevision());
  return backwards ? Number.MAX_SAFE_INTEGER : 0;
}
