import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApplicationModule, askForYes, holdAddresses, InboundRouter, Lookups, noteTexts, type HandleAddress, type HandleConversation } from '@app/application';
import { Checkpoints, Journal, runFollower } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import type { ConsentEvent } from '@app/domain/consent';
import type { ContactEvent } from '@app/domain/contact';
import type { ConversationEvent } from '@app/domain/conversation';
import type { InboundEvent } from '@app/domain/inbound';
import { Background } from '@app/platform';

type Followed = ConsentEvent | ContactEvent | ConversationEvent | InboundEvent;

/**
 * Turns events into commands, one after the other in the order of the record: an inbound text finds the addresses and
 * texts that were there before it.
 */
@Module({ imports: [ApplicationModule] })
export class AutomationModule implements OnApplicationBootstrap {
  constructor(
    private readonly background: Background,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly commands: CommandBus,
    private readonly router: InboundRouter,
    private readonly lookups: Lookups,
  ) {}

  onApplicationBootstrap(): void {
    const categories = ['contact', 'conversation', 'consent', 'inbound'];
    const handle = async (events: readonly Recorded<Message>[]): Promise<void> => {
      for (const event of events as readonly Recorded<Followed>[]) await this.react(event);
    };
    this.background.start('automation', (signal) => runFollower({ journal: this.journal, checkpoints: this.checkpoints }, { name: 'automation', categories, handle }, signal));
  }

  private async react(event: Recorded<Followed>): Promise<void> {
    if (event.type === 'InboundReceived') return this.router.route(event);
    for (const command of await this.commandsFor(event)) await this.commands.execute(command);
  }

  private async commandsFor(event: Recorded<Followed>): Promise<(HandleAddress | HandleConversation)[]> {
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
