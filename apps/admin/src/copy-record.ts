import { isDeepStrictEqual } from 'node:util';
import type { EventStore, RecordedStoredEvent } from '@app/eventing';
import type { Position } from '@app/kernel';

/** Limits of one append, in events and about in characters: EventStoreDB accepts a megabyte at once. */
const LARGEST_APPEND = 500;
const LARGEST_APPEND_CHARACTERS = 200_000;

/** The copy differs from the original, or has more events. */
export class RecordsDiffer extends Error {
  constructor(readonly position: Position | null) {
    super(
      position === null
        ? 'The copy has more events than the record'
        : `The copy differs from the record at position ${position}`,
    );
    this.name = 'RecordsDiffer';
  }
}

/**
 * Copies all events in order, in their stored form, with the same ids and revisions. Events that an earlier run has
 * copied are compared and left alone, and at the end everything is compared. No other process may write to either store
 * meanwhile.
 * @returns how many events both hold
 * @throws RecordsDiffer
 */
export async function copyRecord(
  from: EventStore,
  to: EventStore,
  onProgress: (events: number) => void,
): Promise<number> {
  const { equal, until } = await compareRecords(from, to);
  let copied = equal;
  onProgress(copied);
  for await (const events of appends(eventsOf(from, until))) {
    const [{ stream, revision }] = events;
    await to.append(stream, revision === 0 ? 'no-stream' : revision - 1, events);
    copied += events.length;
    onProgress(copied);
  }
  const whole = await compareRecords(from, to);
  if (whole.equal !== copied) throw new RecordsDiffer(whole.until);
  return copied;
}

/** How many events from the beginning on are in both, and the original's position of the last of them. */
async function compareRecords(
  record: EventStore,
  copy: EventStore,
): Promise<{ readonly equal: number; readonly until: Position | null }> {
  const copies = eventsOf(copy, null);
  let equal = 0;
  let until: Position | null = null;
  for await (const event of eventsOf(record, null)) {
    const { value, done } = await copies.next();
    if (done) return { equal, until };
    if (!isSame(event, value)) throw new RecordsDiffer(event.position);
    equal += 1;
    until = event.position;
  }
  if (!(await copies.next()).done) throw new RecordsDiffer(null);
  return { equal, until };
}

const isSame = (
  { position: _, ...event }: RecordedStoredEvent,
  { position: __, ...copy }: RecordedStoredEvent,
): boolean => isDeepStrictEqual(event, copy);

/** The events after a position, up to the current end. */
async function* eventsOf(store: EventStore, after: Position | null): AsyncGenerator<RecordedStoredEvent, void> {
  const head = await store.head();
  if (head === null || head === after) return;
  for await (const { events, position } of store.subscribe({ after, signal: new AbortController().signal })) {
    yield* events;
    if (position >= head) return;
  }
}

type OneStream = readonly [RecordedStoredEvent, ...RecordedStoredEvent[]];

/** Groups consecutive events of one stream. */
async function* appends(events: AsyncIterable<RecordedStoredEvent>): AsyncGenerator<OneStream> {
  let group: [RecordedStoredEvent, ...RecordedStoredEvent[]] | undefined;
  let characters = 0;
  for await (const event of events) {
    const length = JSON.stringify(event).length;
    if (
      group &&
      group[0].stream === event.stream &&
      group.length < LARGEST_APPEND &&
      characters + length < LARGEST_APPEND_CHARACTERS
    ) {
      group.push(event);
      characters += length;
      continue;
    }
    if (group) yield group;
    group = [event];
    characters = length;
  }
  if (group) yield group;
}
