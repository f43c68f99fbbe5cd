import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { EventUnreadable, isOpened, type Followable } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import type { ConsentEvent, OptInRequested } from '@app/domain/consent';
import type { ContactEvent } from '@app/domain/contact';
import type { ConversationEvent } from '@app/domain/conversation';
import type { DeliveryEvent } from '@app/domain/delivery';
import type { InboundEvent } from '@app/domain/inbound';
import type { HandleAddress } from '../address/address.handler.js';
import { Erasure } from '../erasure/erasure.js';
import { InboundRouter } from '../inbound/inbound-router.js';
import { Lookups } from '../lookups/lookups.js';
import { ProviderOptOuts } from '../consent/provider-opt-outs.js';
import { askForYes, holdAddresses, noteTexts } from './reactions.js';
import { toConversation } from '../conversation/to-conversation.js';

export type AutomatedEvent = ConsentEvent | ContactEvent | ConversationEvent | DeliveryEvent | InboundEvent;

const REACTED_TO: ReadonlySet<string> = new Set<AutomatedEvent['type']>([
  'InboundReceived',
  'ContactCreated',
  'ContactDetailsChanged',
  'ContactErased',
  'ConversationStarted',
  'ConversationDeleted',
  'MessageSent',
  'AutomatedTextSent',
  'OptInRequested',
  'DeliveryRejected',
  'ReceiptReceived',
]);

/** The commands caused by events. Handling an event again leads to the same commands, which then change nothing. */
@Injectable()
export class Automation {
  /** Categories of the streams it follows. */
  static readonly categories = ['contact', 'conversation', 'consent', 'inbound', 'delivery'];

  /** Whether an event causes a command. An event of unknown type may; an in-app message does not. */
  static concerns(event: Followable<AutomatedEvent>): boolean {
    const legible = (isOpened(event) ? event : event.legible) as Recorded<AutomatedEvent> | null;
    return (
      legible === null ||
      (REACTED_TO.has(legible.type) && !(legible.type === 'MessageSent' && legible.data.route === null))
    );
  }

  /**
   * The ordering keys: events about one address are handled in order, so that an inbound text finds the owner of the
   * number and the last text sent there. Other events do not change what these handlers read.
   */
  static keysOf(followed: Followable<AutomatedEvent>): readonly string[] {
    // The fields used as ordering keys are never sealed.
    const event = isOpened(followed) ? followed : (followed.legible as Recorded<AutomatedEvent> | null);
    if (event === null) return [];
    try {
      const keys: readonly unknown[] = Automation.numbersOf(event);
      if (keys.every((key) => typeof key === 'string')) return keys;
    } catch {
      // Handled below.
    }
    // The event does not match its type: it fails when it is handled, and is parked by its stream.
    return [];
  }

  private static numbersOf(event: AutomatedEvent): readonly string[] {
    switch (event.type) {
      case 'InboundReceived':
      case 'OptInRequested':
        return [event.data.addressId];
      case 'ContactCreated':
      case 'ContactErased':
        return event.data.addressIds;
      case 'ContactDetailsChanged':
        // Includes removed numbers: for a number that is removed and added again, the last change must win.
        return [...new Set([...event.data.addressIds, ...event.data.formerAddressIds])];
      case 'MessageSent':
      case 'AutomatedTextSent':
        return event.data.route === null ? [] : [event.data.route.addressId];
      default:
        return [];
    }
  }

  constructor(
    private readonly commands: CommandBus,
    private readonly router: InboundRouter,
    private readonly lookups: Lookups,
    private readonly providerOptOuts: ProviderOptOuts,
    private readonly erasure: Erasure,
  ) {}

  /** @throws EventUnreadable */
  async react(event: Followable<AutomatedEvent>): Promise<void> {
    if (!isOpened(event)) throw new EventUnreadable(event);
    switch (event.type) {
      case 'InboundReceived':
        return this.router.route(event);
      case 'ContactCreated':
      case 'ContactDetailsChanged':
        return this.executeAll(holdAddresses(event));
      case 'ContactErased':
        return this.erasure.contactErased(event);
      case 'ConversationStarted':
        return this.erasure.conversationStarted(event);
      case 'ConversationDeleted':
        return this.erasure.conversationDeleted(event);
      case 'MessageSent':
      case 'AutomatedTextSent':
        return this.executeAll(noteTexts(event));
      case 'OptInRequested':
        return this.askForYes(event);
      case 'DeliveryRejected':
      case 'ReceiptReceived':
        return this.providerOptOuts.learnFrom(event);
      default:
        return;
    }
  }

  private async askForYes(event: Recorded<OptInRequested>): Promise<void> {
    const { contactId, referralId } = event.data;
    const { programId } = event.metadata;
    if (await this.lookups.isErased(programId, contactId)) return;
    const { senders } = await this.lookups.program(programId);
    const asked = askForYes(event, (senderId) => senders.find((sender) => sender.senderId === senderId) ?? null);
    if (asked)
      await toConversation(this.commands, { contactId, referralId }, asked.intent, asked.context, asked.startContext);
  }

  private async executeAll(commands: readonly HandleAddress[]): Promise<void> {
    for (const command of commands) await this.commands.execute(command);
  }
}
