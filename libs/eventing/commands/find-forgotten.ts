import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '@app/kernel';
import type { Forgotten } from './handled-commands.js';
import type { EventPlace, EventLog } from '../reading/event-log.js';

/** How long a client's key is recognized at least; promised in the API description. */
const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** The possible difference between the clocks of processes. */
const CLOCKS_DIFFER_BY_MS = 60 * 60 * 1000;
const PAGE = 500;

/** The part of a command's context that limits how far back it can be found. */
type Sought = {
  readonly commandId: string;
  readonly occurredAt: string;
  readonly isDerived?: true;
  readonly isRepeatable?: boolean;
  readonly causePosition?: Position;
};

/**
 * Searches for a command among the older events of a stream whose commands are not remembered: a client's command as
 * far back as its key is valid, a command caused by an event as far back as that event.
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
    // A command's events may begin on the previous page.
    if (first) found = first.revision;
    if (found !== undefined && found > from) return found;
    const [oldest] = page as readonly [EventPlace?];
    if (!oldest || isTooEarly(oldest.position, Date.parse(oldest.metadata.recordedAt), sought)) return found;
    await nextTurn();
  }
  return found;
}

/** A command that a process issues by itself has a new id each time. */
const isRepeated = ({ isDerived, isRepeatable }: Sought): boolean => isDerived === true || isRepeatable === true;

/** Whether an event is older than any attempt of this command. */
function isTooEarly(position: Position, recordedAt: number, { isDerived, causePosition, occurredAt }: Sought): boolean {
  if (isDerived) return causePosition !== undefined && position < causePosition;
  return recordedAt < Date.parse(occurredAt) - KEY_LIFETIME_MS - CLOCKS_DIFFER_BY_MS;
}
