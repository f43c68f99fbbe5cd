import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { nameOf } from './messages.js';
import type { Record, RecordedEvent } from './record.js';
import { startOf } from './subscription.js';

type Options = NonNullable<ReturnType<ReadReq['getOptions']>>;
type Stream = NonNullable<ReturnType<Options['getStream']>>;

/** How many events are read at a time. */
export const PAGE = 500;

/** The events from where a read begins to its end, page by page; the caller stops at its maximum count. */
export function pagesOf(options: Options, record: Record): Iterable<RecordedEvent[]> {
  const backwards = options.getReadDirection() === 1;
  const stream = options.getStream();
  return stream ? pagesOfStream(stream, backwards, record) : pagesOfAll(options.getAll(), backwards, record);
}

function* pagesOfStream(stream: Stream, backwards: boolean, record: Record): Generator<RecordedEvent[]> {
  const name = nameOf(stream.getStreamIdentifier());
  const first = record.firstReadable(name);
  let from = revisionOf(stream, backwards);
  for (;;) {
    const page = backwards
      ? record.streamBackwards(name, from, PAGE).filter(({ revision }) => revision >= first)
      : record.stream(name, Math.max(from, first), PAGE);
    yield page;
    const last = page.at(-1);
    if (!last) return;
    from = last.revision + (backwards ? -1 : 1);
  }
}

function* pagesOfAll(
  all: ReturnType<Options['getAll']>,
  backwards: boolean,
  record: Record,
): Generator<RecordedEvent[]> {
  // A forward read from a position includes the event there, a backward read does not.
  let from = backwards ? startOf(all, Number.MAX_SAFE_INTEGER) : startOf(all, 0) - 1;
  for (;;) {
    const page = backwards ? record.before(from, PAGE) : record.after(from, PAGE);
    yield page;
    const last = page.at(-1);
    if (!last) return;
    from = last.position;
  }
}

function revisionOf(stream: Stream, backwards: boolean): number {
  if (stream.hasStart()) return 0;
  if (stream.hasRevision()) return Number(stream.getRevision());
  return backwards ? Number.MAX_SAFE_INTEGER : 0;
}
