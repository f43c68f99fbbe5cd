import { DomainError, streamOf, type Message, type Metadata, type StreamFold } from '@app/kernel';
import type { Aggregates } from './aggregates.js';
import type { CommandContext, CommandResult } from './command.js';
import { firstAnswer, resultFrom, type About } from './first-answer.js';
import { empty, type Folded } from './folded.js';
import { uuidOf } from './ids.js';
import { RequestTrace } from './request-trace.js';
import { WrongExpectedRevision } from '../ports/event-store.js';
import { KeyDestroyed, KeyLost } from '../ports/keyring.js';
import type { NewEvent } from '../sealing/codec.js';

/** One command in progress: the intent of the caller, and what is needed to make a command of it. */
export type Handling<State, Intent extends Message, Command extends Message, Event extends Message> = {
  readonly aggregate: StreamFold<State, Command, Event>;
  readonly id: string;
  readonly intent: Intent;
  readonly context: CommandContext;
  /** Adds data from elsewhere that the decision needs; may be called several times. */
  prepare(intent: Intent, state: State): Command | Promise<Command>;
  /** Stores elsewhere what has to be stored before the decided events. May be called several times. */
  beforeAppend?(decided: readonly Event[], state: State): Promise<void>;
};

const MAX_CONFLICTS = 50;

/**
 * The only way to append events: fold the stream; return the first response if the command id is already in it; decide;
 * append at the folded revision; on a conflict, start again. The cached state is used first, since the store's revision
 * check detects an outdated one; a decision to append nothing is made on the current stream. A command that changed
 * nothing leaves a trace only when a client may retry it under its key. A command that a rule refused leaves none, and
 * its repetition is decided again.
 * @throws CommandIdReused, RevisionMismatch, IdNotAvailable, and all errors of the decider
 */
export async function handleCommand<State, Intent extends Message, Command extends Message, Event extends Message>(
  aggregates: Aggregates,
  handling: Handling<State, Intent, Command, Event>,
): Promise<CommandResult<Event>> {
  const { aggregate, id, intent, context } = handling;
  const stream = streamOf(aggregate, id);
  const metadata = metadataOf(context, (await aggregates.hash(context.programId, intent)).toString('base64url'));
  const trace = context.isRepeatable ? new RequestTrace(aggregates.eventLog, intent.type, stream, metadata) : null;
  for (let attempt = 1; ; attempt += 1) {
    const isRead = attempt > 1;
    try {
      const result = await tryOnce(aggregates, { ...handling, stream, metadata, trace }, isRead);
      if (result) return result;
    } catch (error) {
      if (!mayBeOutdated(error, isRead) || attempt >= MAX_CONFLICTS) throw error;
    }
  }
}

type Handled<State, Intent extends Message, Command extends Message, Event extends Message> = Handling<
  State,
  Intent,
  Command,
  Event
> &
  About;

/** @returns `null` when the decision must be made again on the current stream */
async function tryOnce<State, Intent extends Message, Command extends Message, Event extends Message>(
  aggregates: Aggregates,
  { aggregate, id, intent, prepare, beforeAppend, ...about }: Handled<State, Intent, Command, Event>,
  isRead: boolean,
): Promise<CommandResult<Event> | null> {
  const { context, metadata, trace } = about;
  const loaded = isRead ? await aggregates.load(aggregate, id) : aggregates.remembered(aggregate, id);
  const folded = ofProgram(loaded, context.programId, aggregate.initialState);
  // Concurrently with the search for a first response: each reads other streams.
  const deciding = (async () => aggregate.decide(await prepare(intent, folded.state), folded.state))();
  deciding.catch(() => undefined);
  const first = await firstAnswer<Event>(aggregates.eventLog, about, folded);
  if (first) return first;
  checkRevision(context, folded);

  const decided = await deciding;
  if (decided.length === 0) return isRead ? unchanged(folded, trace) : null;
  // Ids are derived so that this cannot happen; still, a program must never write into another program's stream.
  if (folded !== loaded) throw new IdNotAvailable();
  await beforeAppend?.(decided, folded.state);
  await trace?.forestall();
  return append(aggregates, { aggregate, id, folded: loaded, decided, about: metadata });
}

/** The decision may have been made on an outdated state. */
const mayBeOutdated = (error: unknown, isRead: boolean): boolean =>
  error instanceof WrongExpectedRevision ||
  (!isRead && (error instanceof DomainError || error instanceof KeyDestroyed || error instanceof KeyLost));

/** The result of a command that changes nothing; `null` when its trace requires reading the stream again. */
async function unchanged(folded: Folded<unknown>, trace: RequestTrace | null): Promise<CommandResult<never> | null> {
  const result = { revision: revisionNumber(folded), position: folded.position };
  return !trace || (await trace.settle(result)) ? { ...result, events: [] } : null;
}

/** @throws RevisionMismatch */
function checkRevision({ expectedRevision }: CommandContext, { revision }: Folded<unknown>): void {
  if (expectedRevision !== undefined && expectedRevision !== revision) throw new RevisionMismatch();
}

const metadataOf = (
  { programId, actor, commandId, correlationId, causationId, occurredAt }: CommandContext,
  commandHash: string,
): Omit<Metadata, 'recordedAt'> => ({
  programId,
  actor,
  commandId,
  commandHash,
  correlationId,
  causationId,
  occurredAt,
});

/** A stream of another program does not exist for this one. */
const ofProgram = <State>(folded: Folded<State>, programId: string, initialState: State): Folded<State> =>
  folded.programId === null || folded.programId === programId ? folded : empty(initialState);

const revisionNumber = (folded: Folded<unknown>): number => (folded.revision === 'no-stream' ? -1 : folded.revision);

type Appending<State, Event extends Message> = {
  readonly aggregate: StreamFold<State, never, Event>;
  readonly id: string;
  readonly folded: Folded<State>;
  readonly decided: readonly Event[];
  readonly about: Omit<Metadata, 'recordedAt'>;
};

async function append<State, Event extends Message>(
  aggregates: Aggregates,
  { aggregate, id, folded, decided, about }: Appending<State, Event>,
): Promise<CommandResult<Event>> {
  const stream = streamOf(aggregate, id);
  const { programId, commandId, commandHash, occurredAt } = about;
  const metadata: Metadata = { ...about, recordedAt: new Date().toISOString() };
  // The store treats an append with the same ids as a repetition, so a command id used for two things at once must not
  // produce the same event ids. A client may use a forgotten key again and do the same thing another time.
  const content = await aggregates.hash(programId, {
    type: commandHash,
    data: { commandId, stream, decided, occurredAt },
  });
  const events: NewEvent<Event>[] = decided.map((event, index) => ({
    ...event,
    eventId: eventIdOf(content, index),
    metadata,
  }));
  const result = await aggregates.eventLog.append(stream, folded.revision, events);
  const first = result.revision - events.length + 1;
  const recorded = events.map((event, index) => ({
    ...event,
    stream,
    aggregateId: id,
    revision: first + index,
    position: result.position,
  }));
  aggregates.extend(aggregate, id, folded, recorded);
  // The store returns only the position of the last event.
  if (events.length > 1) return resultFrom(aggregates.eventLog, stream, first);
  return { revision: result.revision, position: result.position, events: recorded };
}

/** The ids of one append differ in their last four bytes. */
function eventIdOf(content: Buffer, index: number): string {
  const bytes = Buffer.from(content.subarray(0, 16));
  bytes.writeUInt32BE((bytes.readUInt32BE(12) + index) >>> 0, 12);
  return uuidOf(bytes, 8);
}

/** The id belongs to another program; its data is neither shown nor changed. */
export class IdNotAvailable extends DomainError {
  readonly code = 'IdNotAvailable';
  constructor() {
    super('This id cannot be used');
  }
}

/** `If-Match` names a revision that is not the current one. */
export class RevisionMismatch extends DomainError {
  readonly code = 'RevisionMismatch';
  override readonly kind = 'outdated';
  override readonly field = 'If-Match';
  constructor() {
    super(
      'The resource has changed since the revision given in If-Match; read it again and retry with its new revision',
    );
  }
}
