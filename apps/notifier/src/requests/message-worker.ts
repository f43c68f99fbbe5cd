import { Injectable, Logger } from '@nestjs/common';
import type { ParkingWorker } from '@app/application';
import { streamOf, type Message, type Recorded } from '@app/kernel';
import { conversationAggregate, type ConversationEvent } from '@app/domain/conversation';
import { logFailure } from '@app/platform';
import { DeliveryRequests } from './delivery-requests.js';
import { NOTIFIER, parkingKey } from './parking-key.js';
import { recordedMessage, type RecordedMessage } from './recorded-messages.js';

/** Handles one message, from the topic or as a replay of a parked one. */
@Injectable()
export class MessageWorker implements ParkingWorker<RecordedMessage> {
  private readonly logger = new Logger(MessageWorker.name);
  readonly name = NOTIFIER;

  constructor(private readonly requests: DeliveryRequests) {}

  keyOf({ event }: RecordedMessage): string {
    return parkingKey(event);
  }

  sourceOf({
    event: { programId, conversationId, revision },
  }: RecordedMessage): ReturnType<ParkingWorker<RecordedMessage>['sourceOf']> {
    return { programId, stream: streamOf(conversationAggregate, conversationId), revision };
  }

  read(source: Recorded<Message>): RecordedMessage | null {
    return recordedMessage(source as Recorded<ConversationEvent>);
  }

  handle(message: RecordedMessage): Promise<void> {
    return this.requests.requestFor(message);
  }

  onParked(error: unknown, { stream }: { readonly stream: string }): void {
    logFailure(this.logger, error, stream);
  }
}
