import { Injectable } from '@nestjs/common';
import { Parking } from '@app/application';
import { inOrderPerKey, TopicLog, type ConsumedMessage } from '@app/eventing';
import { CONVERSATIONS_TOPIC, fromTopicValue } from '@app/public-events';
import type { BackgroundTask } from '../background-task.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { DeliveryRequests } from './delivery-requests.js';
import { MessageWorker } from './message-worker.js';
import { RecordedMessages } from './recorded-messages.js';

/**
 * Consumes the topic. The process that requests the deliveries of a conversation also sends them, so that they are
 * sent in order however many notifiers there are.
 */
@Injectable()
export class MessageConsumer implements BackgroundTask {
  readonly name = 'notifier requests';
  readonly isLeaderOnly = false;

  constructor(
    private readonly topics: TopicLog,
    private readonly messages: RecordedMessages,
    private readonly parking: Parking,
    private readonly worker: MessageWorker,
    private readonly dispatcher: Dispatcher,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const handle = (messages: readonly ConsumedMessage[]): Promise<void> => this.handle(messages);
    const onAssignment = (owns: (conversationId: string) => boolean): void => {
      this.parking.takeOver(this.worker.name);
      this.dispatcher.assign(owns);
    };
    await this.topics.consume({ topics: [CONVERSATIONS_TOPIC], group: 'notifier', signal, handle, onAssignment });
  }

  /** One after the other per conversation, and several conversations side by side, so that they share commits. */
  private async handle(messages: readonly ConsumedMessage[]): Promise<void> {
    const events = messages
      .map(({ value }) => fromTopicValue(value))
      .filter((event) => event !== null)
      .filter(DeliveryRequests.concerns);
    await inOrderPerKey(
      events,
      ({ conversationId }) => [conversationId],
      async (event) => {
        const message = await this.messages.find(event);
        if (message) await this.parking.handle(this.worker, message);
      },
    );
  }
}
