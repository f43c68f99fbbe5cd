import { v7 } from 'uuid';
import { deliveryIdOf, naturalId, type CommandContext } from '@app/eventing';
import type { Actor, Message, Recorded } from '@app/kernel';

/** Natural keys: where two requests could make the same thing, its id follows from what it is. Those of personal data are {@link NaturalKeys}. */
export const ids = {
  /** `incarnation` counts the conversations with this contact about this referral that were deleted before. */
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
  /** A provider's id of an inbound message, whoever the provider told it to: one program's must not meet another's. */
  inbound: (programId: string, providerMessageId: string): string => naturalId('inbound', programId, providerMessageId),
  /** The program's own number: not personal. */
  sender: (programId: string, phone: string): string => naturalId('sender', programId, phone),
  member: (programId: string, userId: string): string => naturalId('member', programId, userId),
  delivery: deliveryIdOf,
  /** `successor` counts the streams of this key before it that cannot be read. */
  parked: (programId: string, worker: string, key: string, successor = 0): string =>
    naturalId('parked', programId, worker, key, ...(successor === 0 ? [] : [String(successor)])),
  /** An id for something new that the command makes; the same when the command is repeated. */
  derivedId: (commandId: string, what: string): string => naturalId('made', commandId, what),
};

/** The context of a command that follows from an event, for `purpose`; the event handled again gives the same command id. */
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

/** The context of one of several commands that a request leads to. Its answer is not the request's, so it leaves no trace when it changes nothing. */
export const subCommand = (context: CommandContext, purpose: string): CommandContext => {
  const { expectedRevision: _, isRepeatable: __, ...rest } = context;
  return { ...rest, commandId: naturalId('part', context.commandId, purpose), causationId: context.commandId };
};

/** The context of a step that a follower takes by itself: a command of its own, whose repetition the aggregate's state makes harmless. */
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

/** The program itself, by the follower that acts for it. */
export const system = (id: string): Actor => ({ kind: 'system', id });
