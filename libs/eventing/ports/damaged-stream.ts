import type { RecordedStoredEvent } from './event-store.js';
import { UnusableData } from './unusable-data.js';

/**
 * Events of a stream are missing: somebody deleted or truncated it in the store, or its file is damaged. The rest must
 * not count as the whole stream, and an empty rest not as a new stream: the missing events may contain an opt-out.
 */
export class DamagedStream extends UnusableData {
  override readonly name = 'DamagedStream';

  /** @param how what was found instead; ids and numbers only */
  constructor(
    readonly stream: string,
    how: string,
  ) {
    super(`Stream ${stream} is damaged: ${how}. Restore the record from a backup`);
  }
}

/** The events of one read, if none is missing at its beginning or between them. @throws DamagedStream */
export function withoutGap(
  stream: string,
  from: number,
  events: readonly RecordedStoredEvent[],
): readonly RecordedStoredEvent[] {
  const [first, last] = [events[0], events.at(-1)];
  if (first && first.revision !== from)
    throw new DamagedStream(
      stream,
      `event ${from} cannot be read; the first readable event after it is ${first.revision}`,
    );
  if (last && last.revision !== from + events.length - 1)
    throw new DamagedStream(stream, `events between ${from} and ${last.revision} are missing`);
  return events;
}
