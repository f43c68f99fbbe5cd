import type { ExpectedRevision, StoredEvent } from './event-store.js';

/**
 * What all events of an append may take together: their data and metadata as JSON in UTF-8, and each character of a type
 * as two bytes. It is EventStoreDB's default, and holds for every store, so that a record can be copied to another one.
 */
export const MAX_APPEND_BYTES = 1024 * 1024;

export type AppendRule = 'stream-name' | 'revision' | 'no-events' | 'event-type' | 'too-large';

/** An append that no store takes, refused before anything is written. It is a mistake of the program: again it is refused again. */
export class InvalidAppend extends Error {
  constructor(
    readonly rule: AppendRule,
    message: string,
  ) {
    super(message);
    this.name = 'InvalidAppend';
  }
}

export type SerializedEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};

/** The events as they are stored, when all rules of an append hold. @throws InvalidAppend */
export function serializeAppend(
  stream: string,
  expected: ExpectedRevision,
  events: readonly StoredEvent[],
): readonly SerializedEvent[] {
  if (!/^[^-$][^-]*-./.test(stream))
    throw new InvalidAppend('stream-name', `Not a stream name, which is <category>-<id>: ${stream}`);
  if (expected !== 'no-stream' && !(Number.isSafeInteger(expected) && expected >= 0))
    throw new InvalidAppend('revision', `Not a revision: ${expected}`);
  if (events.length === 0) throw new InvalidAppend('no-events', `An append to ${stream} has no events`);
  const serialized = events.map(({ id, type, data, metadata }) => ({
    id,
    type,
    data: JSON.stringify(data),
    metadata: JSON.stringify(metadata),
  }));
  // Types and streams that begin with a dollar sign are EventStoreDB's own, and followers leave them out.
  const wrong = serialized.find(({ type }) => !/^[^$]/.test(type));
  if (wrong)
    throw new InvalidAppend(
      'event-type',
      `An event type must not be empty nor begin with a dollar sign: ${JSON.stringify(wrong.type)} in ${stream}`,
    );
  const bytes = serialized.reduce(
    (sum, { type, data, metadata }) => sum + 2 * type.length + Buffer.byteLength(data) + Buffer.byteLength(metadata),
    0,
  );
  if (bytes > MAX_APPEND_BYTES)
    throw new InvalidAppend('too-large', `An append to ${stream} has ${bytes} bytes; at most ${MAX_APPEND_BYTES} fit`);
  return serialized;
}
