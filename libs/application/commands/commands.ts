import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult } from '@app/eventing';
import type { AddressCommand } from '@app/domain/address';
import type { Channel, ConversationCommand } from '@app/domain/conversation';
import type { ConsentCommand, FormEvidence, Purpose } from '@app/domain/consent';
import type { ContactCommand, ContactDetails } from '@app/domain/contact';
import type { DeliveryCommand } from '@app/domain/delivery';
import type { HoldCommand } from '@app/domain/hold';
import type { InboundCommand } from '@app/domain/inbound';
import type { MemberCommand } from '@app/domain/member';
import type { JsonObject, Message } from '@app/kernel';
import type { NotificationCommand } from '@app/domain/notification';
import type { ParkedCommand } from '@app/domain/parked';
import type { ProgramCommand } from '@app/domain/program';

/**
 * What goes over the command bus: one message per aggregate, naming which one, what is wished, and who asks. A wish is
 * what the caller said; the handler adds what the decision needs from elsewhere.
 */
abstract class AggregateCommand<Wish extends Message> extends Command<CommandResult> {
  constructor(
    readonly id: string,
    readonly wish: Wish,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export type ConversationWish =
  | Message<'SendMessage', { by: string; channel: Channel; text: string }>
  /** The contact writes in the portal. */
  | Message<'WriteInApp', { text: string }>
  | Exclude<ConversationCommand, { type: 'SendMessage' }>;
export class HandleConversation extends AggregateCommand<ConversationWish> {}

/** Without `tickedAt` the box was ticked when the request came. */
type UndatedEvidence = Omit<FormEvidence, 'tickedAt'> & { readonly tickedAt: string | null };

export type ConsentWish =
  | Message<
      'RequestOptIn',
      {
        contactId: string;
        phone: string | null;
        referralId: string | null;
        purpose: Purpose;
        evidence: UndatedEvidence;
      }
    >
  | Exclude<ConsentCommand, { type: 'RequestOptIn' }>;

export type ContactWish =
  | Message<'CreateContact', ContactDetails>
  | Message<'NoteNumber', { phone: string }>
  | Message<'ChangeContact', { changes: Partial<ContactDetails> }>
  | Extract<ContactCommand, { type: 'EraseContact' }>;
export class HandleContact extends AggregateCommand<ContactWish> {}

export type ReferralWish = Message<
  'CreateReferral',
  { referrerId: string; referredId: string; status: string; externalId: string | null }
>;
export class HandleReferral extends AggregateCommand<ReferralWish> {}

export class HandleConsent extends AggregateCommand<ConsentWish> {}
export class HandleProgram extends AggregateCommand<ProgramCommand> {}
export class HandleMember extends AggregateCommand<MemberCommand> {}
export class HandleAddress extends AggregateCommand<AddressCommand> {}
export class HandleInbound extends AggregateCommand<InboundCommand> {}
/** Of a decision about an uncertain delivery the time is the request's. */
export type DeliveryWish =
  | Exclude<DeliveryCommand, { type: 'SettleDelivery' }>
  | Message<'SettleDelivery', { by: string; decision: 'resend' | 'leave' }>;
export class HandleDelivery extends AggregateCommand<DeliveryWish> {}

/** What a program may not send at present; its id is the program's. */
export class HandleHold extends AggregateCommand<HoldCommand> {}

export class HandleNotification extends AggregateCommand<NotificationCommand> {}
export class HandleParked extends AggregateCommand<ParkedCommand> {}
export type RequestWish = Message<'TakeRequest', { kind: string; body: JsonObject }>;
/** `findTarget` says where the request leads; it is asked the first time only. */
export class HandleRequest extends AggregateCommand<RequestWish> {
  constructor(
    id: string,
    wish: RequestWish,
    context: CommandContext,
    readonly findTarget: () => Promise<JsonObject>,
  ) {
    super(id, wish, context);
  }
}
