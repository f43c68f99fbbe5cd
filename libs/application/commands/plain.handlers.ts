import { CommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import type { Decider, Message } from '@app/kernel';
import { addressDecider } from '@app/domain/address';
import { holdDecider } from '@app/domain/hold';
import { inboundDecider } from '@app/domain/inbound';
import { memberDecider } from '@app/domain/member';
import { notificationDecider } from '@app/domain/notification';
import { parkedDecider } from '@app/domain/parked';
import { programDecider } from '@app/domain/program';
import {
  HandleAddress,
  HandleHold,
  HandleInbound,
  HandleMember,
  HandleNotification,
  HandleParked,
  HandleProgram,
} from './commands.js';

/** A handler whose command says all that the decision needs. */
function plainHandler<State, Wish extends Message, Event extends Message>(
  category: string,
  decider: Decider<State, Wish, Event>,
) {
  class PlainHandler {
    constructor(readonly aggregates: Aggregates) {}

    execute({
      id,
      wish,
      context,
    }: {
      readonly id: string;
      readonly wish: Wish;
      readonly context: CommandContext;
    }): Promise<CommandResult> {
      return handleCommand(this.aggregates, decider, `${category}-${id}`, wish, context, (asked: Wish) => asked);
    }
  }
  // Nest reads constructor types from metadata, which a subclass inherits.
  Reflect.defineMetadata('design:paramtypes', [Aggregates], PlainHandler);
  return PlainHandler;
}

@CommandHandler(HandleAddress)
export class AddressHandler extends plainHandler('address', addressDecider) {}

@CommandHandler(HandleHold)
export class HoldHandler extends plainHandler('hold', holdDecider) {}

@CommandHandler(HandleInbound)
export class InboundHandler extends plainHandler('inbound', inboundDecider) {}

@CommandHandler(HandleMember)
export class MemberHandler extends plainHandler('member', memberDecider) {}

@CommandHandler(HandleNotification)
export class NotificationHandler extends plainHandler('notification', notificationDecider) {}

@CommandHandler(HandleParked)
export class ParkedHandler extends plainHandler('parked', parkedDecider) {}

@CommandHandler(HandleProgram)
export class ProgramHandler extends plainHandler('program', programDecider) {}
