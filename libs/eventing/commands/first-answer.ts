import { DomainError, type Message, type Metadata, type Recorded } from '@app/kernel';
import type { EventLog } from '../reading/event-log.js';
import type { CommandContext, CommandResult } from './command.js';
import { findForgotten } from './find-forgotten.js';
import type { Folded } from './folded.js';
import type { RequestTrace } from './request-trace.js';

export type About = {
  readonly stream: string;
  readonly context: CommandContext;
  readonly metadata: Omit<Metadata, 'recordedAt'>;
  readonly trace: RequestTrace | null;
};

/**
 * The earlier response to the command: from its own stream, or from the trace of a command that changed nothing.
 * @throws CommandIdReused
 */
export async function firstAnswer<Event extends Message>(
  eventLog: EventLog,
  { stream, context, metadata, trace }: About,
  { handled }: Folded<unknown>,
): Promise<CommandResult<Event> | null> {
  const from =
    handled.firstRevision(context.commandId) ?? (await findForgotten(eventLog, stream, handled.forgotten, context));
  if (from === undefined) return trace && tracedAnswer(trace);
  const answered = await resultFrom<Event>(eventLog, stream, from);
  if (answered.events[0]?.metadata.commandHash !== metadata.commandHash && !context.isDerived)
    throw new CommandIdReused();
  return answered;
}

async function tracedAnswer(trace: RequestTrace): Promise<CommandResult<never> | null> {
  const { answer, isReused } = await trace.look();
  if (isReused) throw new CommandIdReused();
  return answer && { ...answer, events: [] };
}

/** The result of the command at this revision. */
export async function resultFrom<Event extends Message>(
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

/** The idempotency key was used before for another command. */
export class CommandIdReused extends DomainError {
  readonly code = 'IdempotencyKeyReused';
  override readonly kind = 'reused';
  override readonly field = 'Idempotency-Key';
  constructor() {
    super('This idempotency key was used before with another request; use a new key for a new request');
  }
}
