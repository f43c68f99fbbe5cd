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

/** Who asks, for which program, and under which id a repetition of the same command is recognised. */
export type CommandContext = {
  readonly programId: string;
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** ISO 8601; when the command was accepted at the edge. */
  readonly occurredAt: string;
  /** The revision the caller saw (`If-Match`), where the caller insists on it. */
  readonly expectedRevision?: number;
  /**
   * The id follows from an event: that event is the request. A later version of the program may word the command
   * otherwise; what the first one led to stands.
   */
  readonly isDerived?: true;
  /** Where in the record that event is: what the command led to comes after it. */
  readonly causePosition?: Position;
  /** A client gave an idempotency key: the same command may come again, and gets its first answer also when nothing changed. */
  readonly isRepeatable?: boolean;
};

export type CommandResult<Event extends Message = Message> = {
  /** Last revision of the stream as far as this command knows it; -1 while it is empty. */
  readonly revision: number;
  /** A query may wait for this position to see the command's effect. */
  readonly position: Position | null;
  readonly events: readonly Recorded<Event>[];
};

/** One command on its way: what the caller said, and what makes a command of it. */
export type Handling<State, Intent extends Message, Command extends Message, Event extends Message> = {
  readonly aggregate: StreamFold<State, Command, Event>;
  readonly id: string;
  readonly intent: Intent;
  readonly context: CommandContext;
  /** Adds what the decision needs from elsewhere; may be called several times. */
  prepare(intent: Intent, state: State): Command | Promise<Command>;
};

const MAX_CONFLICTS = 50;

/**
 * The one way into the record: fold the stream; a command id already in it gets its first answer; decide; append at the
 * revision that was folded; on a conflict, again. What is remembered of the stream is believed first, since the store's
 * revision check is the judge; what would append nothing is decided by the stream as it is now. A command that changed
 * nothing leaves a trace only when a client may repeat it under its key; one that a rule refused leaves none, and its
 * repetition is decided anew.
 * @throws CommandIdReused, RevisionMismatch, IdNotAvailable, and whatever the decider throws
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
      // Beside the look for a first answer: each reads other streams.
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
      // Ids are made so that this cannot be; a second program must never write into a stream of the first.
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

/** What the command was answered before: in its own stream, or in the trace of one that changed nothing. @throws CommandIdReused */
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

/** What the command at this revision led to. */
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
  // The store takes the same ids for the same append: a command id used for two things at once must not make the same ids.
  // A key that was forgotten may come again and do the same thing another time.
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
  // The store says only where the last event is in the record.
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

/** Another program has this id; what is there is neither shown nor written to. */
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
