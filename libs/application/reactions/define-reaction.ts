import type { CommandBus } from '@nestjs/cqrs';
import type { DomainEvent, EventOf } from '@app/domain';
import type { EventLog, Keyring, UploadedFiles } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { system } from '../commands/ids.js';
import type { WithdrawExports } from '../export/withdraw-exports.js';
import type { InboundRouter } from '../inbound/inbound-router.js';
import type { Lookups } from '../lookups/lookups.js';

/** The services that reactions use. */
export type ReactionServices = {
  readonly commands: CommandBus;
  readonly eventLog: EventLog;
  readonly keyring: Keyring;
  readonly lookups: Lookups;
  readonly router: InboundRouter;
  readonly exports: WithdrawExports;
  readonly files: UploadedFiles;
};

/** The commands caused by an event. Handling an event again leads to the same commands, which then change nothing. */
export type Reaction<Event extends Message = Message> = {
  /** The event types that it reacts to. */
  readonly on: readonly Event['type'][];
  /** Whether the event causes a command; by default it does. */
  concerns?(event: Event): boolean;
  /**
   * The ordering keys: events about one address are handled in order, so that an inbound text finds the owner of the
   * number and the last text sent there. Keys are never sealed fields.
   */
  keys(event: Event): readonly string[];
  react(event: Recorded<Event>, services: ReactionServices): Promise<unknown>;
};

/** Defines a reaction by the event types that it reacts to, which determine the type of the event it receives. */
export const defineReaction = <const Type extends DomainEvent['type']>(
  reaction: Omit<Reaction<EventOf<Type>>, 'on'> & { readonly on: readonly Type[] },
): Reaction => reaction;

/** The actor of the commands. */
export const automation = system('automation');
