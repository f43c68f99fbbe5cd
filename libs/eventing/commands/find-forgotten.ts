import type { Position } from '@app/kernel';
import type { Forgotten } from './handled-commands.js';
import type { EventPlace, EventLog } from '../reading/event-log.js';

/** How long a client's key is recognised at least; promised in the API's description. */
const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Processes that note times may differ by so much. */
const CLOCKS_DIFFER_BY_MS = 60 * 60 * 1000;
const PAGE = 1_000;

/** The part of a command's context that says how far back it can be found. */
type Sought = {
  readonly commandId: string;
  readonly occurredAt: string;
  readonly isDerived?: true;
  readonly isRepeatable?: boolean;
  readonly causePosition?: Position;
};

/**
 * Looks for a command in the part of the stream that is not remembered, where it can be there: what a client sends again,
 * as far back as its key counts, and what follows from an event, as far back as that event.
 * @returns revision of its first event
 */
export async function findForgotten(
  eventLog: EventLog,
  stream: string,
  forgotten: Forgotten | null,
  sought: Sought,
): Promise<number | undefined> {
  if (forgotten === null || !isRepeated(sought)) return undefined;
  if (isTooEarly(forgotten.position, forgotten.recordedAt, sought)) return undefined;
  let found: number | undefined;
  for (let end = forgotten.revision; end >= 0; end -= PAGE) {
    const from = Math.max(0, end - PAGE + 1);
    const page = await eventLog.metadata(stream, from, end - from + 1);
    const first = page.find(({ metadata }) => metadata.commandId === sought.commandId);
    // A command's events may begin on the page before.
    if (first) found = first.revision;
    if (found !== undefined && found > from) return found;
    const [oldest] = page as readonly [EventPlace?];
    if (!oldest || isTooEarly(oldest.position, Date.parse(oldest.metadata.recordedAt), sought)) return found;
  }
  return found;
}

/** A step that a process takes by itself has a new id each time. */
const isRepeated = ({ isDerived, isRepeatable }: Sought): boolean => isDerived === true || isRepeatable === true;

/** Whether an event is from before any attempt of this command. */
function isTooEarly(position: Position, recordedAt: number, { isDerived, causePosition, occurredAt }: Sought): boolean {
  if (isDerived) return causePosition !== undefined && position < causePosition;
  return recordedAt < Date.parse(occurredAt) - KEY_LIFETIME_MS - CLOCKS_DIFFER_BY_MS;
}
