import {
  DomainError,
  streamOf,
  type StreamFold,
  type Actor,
  type Message,
  type Metadata,
  type Position,
  type Recorded,
} from '@app/kernel';
import { empty, type Aggregates, type Folded } from './aggregates.js';
import type { NewEvent } from '../sealing/codec.js';
import { WrongExpectedRevision } from '../ports/event-store.js';
import { findForgotten } from './find-forgotten.js';
import { naturalId } from './ids.js';
import { KeyDestroyed, KeyLost } from '../ports/keyring.js';
import type { EventLog } from '../reading/event-log.js';
import { RequestTrace } from './request-trace.js';

/** Who sends the command, for which program, and the id by which a repetition is recognized. */
export type CommandContext = {
  readonly programId: string;
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** ISO 8601; when the command was accepted by the API. */
  readonly occurredAt: string;
  /** The revision seen by the caller (`If-Match`), if given. */
  readonly expectedRevision?: number;
  /**
   * The command is caused by an event and derives its id from it. A later version of the program may word the command
   * differently; the first result stands.
   */
  readonly isDerived?: true;
  /** Position of that event: the events of the command come after it. */
  readonly causePosition?: Position;
  /**
   * A client gave an idempotency key: it may retry the command, and gets the first response even if nothing changed.
   */
  readonly isRepeatable?: boolean;
};

export type CommandResult<Event extends Message = Message> = {
  /** Last revision of the stream known to this command; -1 while it is empty. */
  readonly revision: number;
  /** A query may wait for this position to see the command's effect. */
  readonly position: Position | null;
  readonly events: readonly Recorded<Event>[];
};

/** One command in progress: the intent of the caller, and what is needed to make a command of it. */
export type Handling<State, Intent extends Message, Command extends Message, Event extends Message> = {
  readonly aggregate: StreamFold<State, Command, Event>;
  readonly id: string;
  readonly intent: Intent;
  readonly context: CommandContext;
  /** Adds data from elsewhere that the decision needs; may be called several times. */
  prepare(intent: Intent, state: State): Command | Promise<Command>;
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
  { aggregate, id, intent, context, prepare }: Handling<State, Intent, Command, Event>,
): Promise<CommandResult<Event>> {
  const stream = streamOf(aggregate, id);
  const metadata = metadataOf(context, await aggregates.hash(context.programId, intent));
  const trace = context.isRepeatable ? new RequestTrace(aggregates.eventLog, intent.type, stream, metadata) : null;
  for (let attempt = 1; ; attempt += 1) {
    const isRead = attempt > 1;
    const loaded = isRead ? await aggregates.load(aggregate, id) : aggregates.remembered(aggregate, id);
    const folded = ofProgram(loaded, context.programId, aggregate.initialState);
    try {
      // Concurrently with the search for a first response: each reads other streams.
      const deciding = (async () => aggregate.decide(await prepare(intent, folded.state), folded.state))();
      deciding.catch(() => undefined);
      const first = await firstAnswer<Event>(aggregates.eventLog, { stream, folded, context, metadata, trace });
      if (first) return first;
      checkRevision(context, folded);

      const decided = await deciding;
      if (decided.length === 0) {
        const unchanged = { revision: revisionNumber(folded), position: folded.position };
        if (isRead && (!trace || (await trace.settle(unchanged)))) return { ...unchanged, events: [] };
        continue;
      }
      // Ids are derived so that this cannot happen; still, a program must never write into another program's stream.
      if (folded !== loaded) throw new IdNotAvailable();
      await trace?.forestall();
      return await append(aggregates, { aggregate, id, folded: loaded, decided, about: metadata });
    } catch (error) {
      const isBehind =
        error instanceof WrongExpectedRevision ||
        (!isRead && (error instanceof DomainError || error instanceof KeyDestroyed || error instanceof KeyLost));
      if (!isBehind || attempt >= MAX_CONFLICTS) throw error;
    }
  }
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

type Looking = {
  readonly stream: string;
  readonly folded: Folded<unknown>;
  readonly context: CommandContext;
  readonly metadata: Omit<Metadata, 'recordedAt'>;
  readonly trace: RequestTrace | null;
};

/**
 * The earlier response to the command: from its own stream, or from the trace of a command that changed nothing.
 * @throws CommandIdReused
 */
async function firstAnswer<Event extends Message>(
  eventLog: EventLog,
  { stream, folded, context, metadata, trace }: Looking,
): Promise<CommandResult<Event> | null> {
  const { handled } = folded;
  const from =
    handled.firstRevision(context.commandId) ?? (await findForgotten(eventLog, stream, handled.forgotten, context));
  if (from !== undefined) {
    const answered = await resultFrom<Event>(eventLog, stream, from);
    if (answered.events[0]?.metadata.commandHash !== metadata.commandHash && !context.isDerived)
      throw new CommandIdReused();
    return answered;
  }
  const traced = await trace?.look();
  if (traced?.isReused) throw new CommandIdReused();
  return traced?.answer ? { ...traced.answer, events: [] } : null;
}

/** The result of the command at this revision. */
async function resultFrom<Event extends Message>(
  eventLog: EventLog,
  stream: string,
  from: number,
): Promise<CommandResult<Event>> {
  const events: Recorded<Event>[] = [];
  for await (const event of eventLog.read<Event>(stream, from)) {
    if (events.length > 0 && event.metadata.commandId !== events[0]?.metadata.commandId) break;
    events.push(event);
  }
  return { revision: from + events.length - 1, position: events.at(-1)?.position ?? null, events };
}

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
  const content = await aggregates.hash(programId, { type: commandHash, data: { decided, occurredAt } });
  const events: NewEvent<Event>[] = decided.map((event, index) => ({
    ...event,
    eventId: naturalId(commandId, stream, content, String(index)),
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

/** The idempotency key was used before for another command. */
export class CommandIdReused extends DomainError {
  readonly code = 'IdempotencyKeyReused';
  override readonly kind = 'reused';
  override readonly field = 'Idempotency-Key';
  constructor() {
    super('This idempotency key was used before with another request; use a new key for a new request');
  }
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
