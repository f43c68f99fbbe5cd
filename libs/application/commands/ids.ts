import { v7 } from 'uuid';
import { deliveryIdOf, naturalId, type CommandContext } from '@app/eventing';
import type { PersonRef } from '@app/domain/preference';
import type { Actor, Message, Recorded } from '@app/kernel';

/**
 * Natural keys: if two requests could create the same thing, its id is derived from what it is. {@link NaturalKeys} has
 * those of personal data.
 */
export const ids = {
  /** `incarnation` counts the deleted conversations with this contact about this referral. */
  conversation: (programId: string, contactId: string, referralId: string | null, incarnation = 0): string =>
    naturalId(
      'conversation',
      programId,
      contactId,
      referralId ?? 'general',
      ...(incarnation === 0 ? [] : [String(incarnation)]),
    ),
  consent: (programId: string, addressId: string, senderId: string): string =>
    naturalId('consent', programId, 'sms', addressId, senderId),
  /** An inbound text, by program and the provider's message id, so that programs never share a stream. */
  inbound: (programId: string, providerMessageId: string): string => naturalId('inbound', programId, providerMessageId),
  /** The program's own number: not personal. */
  sender: (programId: string, phone: string): string => naturalId('sender', programId, phone),
  member: (programId: string, userId: string): string => naturalId('member', programId, userId),
  preference: (programId: string, { kind, id }: PersonRef): string => naturalId('preference', programId, kind, id),
  delivery: deliveryIdOf,
  /** `successor` counts the earlier streams of this key that cannot be read. */
  parked: (programId: string, worker: string, key: string, successor = 0): string =>
    naturalId('parked', programId, worker, key, ...(successor === 0 ? [] : [String(successor)])),
  /** An id for something new that the command creates; the same when the command is repeated. */
  derivedId: (commandId: string, what: string): string => naturalId('made', commandId, what),
};

/**
 * The context of a command that is caused by an event, for `purpose`; handling the event again gives the same command
 * id.
 */
export const causedBy = (event: Recorded<Message>, actor: Actor, purpose: string): CommandContext => ({
  programId: event.metadata.programId,
  actor,
  commandId: naturalId('following', event.eventId, purpose),
  correlationId: event.metadata.correlationId,
  causationId: event.eventId,
  occurredAt: event.metadata.occurredAt,
  isDerived: true,
  causePosition: event.position,
});

/**
 * The context of one of several commands of a request. It leaves no trace when it changes nothing, since its response
 * is not the request's.
 */
export const subCommand = (context: CommandContext, purpose: string): CommandContext => {
  const { expectedRevision: _, isRepeatable: __, ...rest } = context;
  return { ...rest, commandId: naturalId('part', context.commandId, purpose), causationId: context.commandId };
};

/**
 * The context of a command that a follower issues by itself, with a new id each time; the aggregate's state makes
 * repetitions harmless.
 */
export const systemContext = (programId: string, follower: string): CommandContext => {
  const commandId = v7();
  return {
    programId,
    actor: system(follower),
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date().toISOString(),
  };
};

/** The system as the actor, named by the follower. */
export const system = (id: string): Actor => ({ kind: 'system', id });
