import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Checkpoints, Journal, runFollower, TopicLog } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import type { ConversationEvent } from '@app/domain/conversation';
import { Background } from '@app/platform';
import { asTopicValue, CONVERSATIONS_TOPIC, toPublic } from '@app/public-events';

/** Follows the record, which is the outbox, and writes what others may know to the topics. */
@Module({})
export class PublisherModule implements OnApplicationBootstrap {
  constructor(
    private readonly background: Background,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly topics: TopicLog,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.topics.prepare([CONVERSATIONS_TOPIC]);
    const follower = { name: 'publisher', categories: ['conversation'], handle: (events: readonly Recorded<Message>[]) => this.publish(events as readonly Recorded<ConversationEvent>[]) };
    this.background.startAsLeader('publisher', (signal) => runFollower({ journal: this.journal, checkpoints: this.checkpoints }, follower, signal));
  }

  private async publish(events: readonly Recorded<ConversationEvent>[]): Promise<void> {
    const messages = events
      .map(toPublic)
      .filter((event) => event !== null)
      .map((event) => ({ key: event.conversationId, value: asTopicValue(event) }));
    if (messages.length > 0) await this.topics.publish(CONVERSATIONS_TOPIC, messages);
  }
}
