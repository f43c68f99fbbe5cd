import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Recorded } from '@app/kernel';
import type { ConsentEvent } from '@app/domain/consent';
import type { ContactEvent } from '@app/domain/contact';
import type { ConversationEvent } from '@app/domain/conversation';
import type { DeliveryEvent } from '@app/domain/delivery';
import type { InboundEvent } from '@app/domain/inbound';
import type { HandleAddress, HandleConversation } from './commands.js';
import { InboundRouter } from './inbound-router.js';
import { Lookups } from './lookups.js';
import { ProviderOptOuts } from './provider-opt-outs.js';
import { askForYes, holdAddresses, noteTexts } from './reactions.js';

export type AutomatedEvent = ConsentEvent | ContactEvent | ConversationEvent | DeliveryEvent | InboundEvent;

const REACTED_TO: ReadonlySet<string> = new Set<AutomatedEvent['type']>([
  'InboundReceived',
  'ContactCreated',
  'ContactDetailsChanged',
  'MessageSent',
  'AutomatedTextSent',
  'OptInRequested',
  'DeliveryRefused',
  'ReceiptReceived',
]);

/** What events lead to. The same event again leads to the same commands, which then do nothing. */
@Injectable()
export class Automation {
  /** Categories of the streams it follows. */
  static readonly categories = ['contact', 'conversation', 'consent', 'inbound', 'delivery'];

  /** Whether anything follows from an event of this type. */
  static concerns({ type }: Recorded<AutomatedEvent>): boolean {
    return REACTED_TO.has(type);
  }

  /**
   * What is kept in order: the events about one address, so that an inbound text finds who had the number and what was
   * texted there before it. Others change nothing that these look at.
   */
  static keysOf(event: Recorded<AutomatedEvent>): readonly string[] {
    switch (event.type) {
      case 'InboundReceived':
      case 'OptInRequested':
        return [event.data.addressId];
      case 'ContactCreated':
        return event.data.phoneIds;
      case 'ContactDetailsChanged':
        // Those given up too: one that is given up and taken again must end as it was said last.
        return [...new Set([...event.data.phoneIds, ...event.data.formerPhoneIds])];
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
  ) {}

  async react(event: Recorded<AutomatedEvent>): Promise<void> {
    if (event.type === 'InboundReceived') return this.router.route(event);
    if (event.type === 'DeliveryRefused' || event.type === 'ReceiptReceived') return this.providerOptOuts.learnFrom(event);
    for (const command of await this.commandsFor(event)) await this.commands.execute(command);
  }

  private async commandsFor(event: Recorded<AutomatedEvent>): Promise<(HandleAddress | HandleConversation)[]> {
    switch (event.type) {
      case 'ContactCreated':
      case 'ContactDetailsChanged':
        return holdAddresses(event);
      case 'MessageSent':
      case 'AutomatedTextSent':
        return noteTexts(event);
      case 'OptInRequested': {
        const { senders } = await this.lookups.program(event.metadata.programId);
        return askForYes(event, (senderId) => senders.find((sender) => sender.senderId === senderId) ?? null);
      }
      default:
        return [];
    }
  }
}
