import { Injectable, Logger } from '@nestjs/common';
import { EventUnreadable, TopicLog } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import type { ConversationEvent } from '@app/domain/conversation';
import { logFailure } from '@app/platform';
import { asTopicValue, CONVERSATIONS_TOPIC } from '@app/public-events';
import type { RecordedMessage } from './recorded-messages.js';
import { RequestCheck } from './request-check.js';

export type ReadableMessage = RecordedMessage & { readonly source: Recorded<ConversationEvent> };

/** Publishes messages again that the topic has lost. */
@Injectable()
export class Republisher {
  private readonly logger = new Logger(Republisher.name);

  constructor(
    private readonly topics: TopicLog,
    private readonly check: RequestCheck,
  ) {}

  /** @returns whether it was lost */
  async publishIfLost(message: ReadableMessage): Promise<boolean> {
    if (await this.isDone(message)) return false;
    const { event } = message;
    await this.topics.publish(CONVERSATIONS_TOPIC, [{ key: event.conversationId, value: asTopicValue(event) }]);
    this.logger.warn({ event: 'published again', id: event.id, programId: event.programId });
    return true;
  }

  /** Deliveries that cannot be read exist, so they were requested. */
  private async isDone({ event, source }: ReadableMessage): Promise<boolean> {
    try {
      return await this.check.isDone(event, source);
    } catch (error) {
      if (!(error instanceof EventUnreadable)) throw error;
      logFailure(this.logger, error, error.event.stream);
      return true;
    }
  }
}
