import type { ExpectedRevision, StoredEvent } from './event-store.js';

/**
 * Size limit of an append: data and metadata as JSON in UTF-8, and two bytes for each character of a type. It is
 * EventStoreDB's default, and applies to every store, so that events can be copied to another one.
 */
export const MAX_APPEND_BYTES = 1024 * 1024;

export type AppendRule = 'stream-name' | 'revision' | 'no-events' | 'event-type' | 'too-large';

/**
 * An append that no store accepts, refused before anything is written. It is a defect of the program: a retry fails
 * too.
 */
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

/** The events in stored form, if the append obeys all rules. @throws InvalidAppend */
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
  // Types and streams that begin with a dollar sign belong to EventStoreDB, and followers skip them.
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
