import type { RecordedStoredEvent } from '../ports/event-store.js';

/** Metadata, and the names of fields. */
const CHARACTERS_PER_EVENT = 600;

/** About how many characters an event has: nearly all of a large one are in its texts, sealed or not. */
export function sizeOf({ data }: Pick<RecordedStoredEvent, 'data'>): number {
  let characters = CHARACTERS_PER_EVENT;
  const texts: unknown[] = [data];
  for (const value of texts) {
    if (typeof value === 'string') characters += value.length;
    else if (typeof value === 'object' && value !== null) texts.push(...Object.values(value));
  }
  return characters;
}
