import { Injectable, Logger } from '@nestjs/common';
import { EventLog, EventUnreadable, Unopened, type Followable } from '@app/eventing';
import { streamOf, type Recorded } from '@app/kernel';
import { conversationAggregate, type ConversationEvent } from '@app/domain/conversation';
import { CONVERSATIONS_TOPIC, toPublic, type PublicConversationEvent } from '@app/public-events';

type Silent = { type: 'message.refused' | 'message.moved' };

/** A public event of which people may be notified, and the id of what they are notified of. */
export type MessageEvent =
  | Extract<Exclude<PublicConversationEvent, Silent>, { messageId: string }>
  | (Extract<PublicConversationEvent, { type: 'conversation.unsnoozed' }> & { readonly messageId: string });

/** `null` for an event of which nobody is ever notified. */
export function notifiable(event: PublicConversationEvent): MessageEvent | null {
  if (event.type === 'conversation.unsnoozed') return { ...event, messageId: event.id };
  if (event.type === 'message.refused' || event.type === 'message.moved') return null;
  return 'messageId' in event ? event : null;
}

/** A public event with the recorded event that it is made of. */
export type RecordedMessage = {
  readonly event: PublicConversationEvent;
  readonly source: Followable<ConversationEvent>;
};

/** `null` for an event that is not published. */
export function recordedMessage<Source extends Recorded<ConversationEvent>>(
  source: Source,
): { readonly event: PublicConversationEvent; readonly source: Source } | null {
  const event = toPublic(source);
  return event && { event, source };
}

/** Finds the recorded events that topic messages name. */
@Injectable()
export class RecordedMessages {
  private readonly logger = new Logger(RecordedMessages.name);

  constructor(private readonly eventLog: EventLog) {}

  /**
   * A topic message only says where to look: whoever can write to the topic can request nothing.
   * @returns `null` when there is no such event
   */
  async find(told: PublicConversationEvent): Promise<RecordedMessage | null> {
    const source = await this.eventOf(told);
    const legible = source instanceof Unopened ? source.legible : source;
    const event = legible && toPublic(legible as Recorded<ConversationEvent>);
    if (source && event && isSame(event, told)) return { event, source };
    // An event that cannot be read now, for instance of a newer version, waits until it can be.
    if (source instanceof Unopened && !legible && source.programId === told.programId) return { event: told, source };
    // The log gets nothing of the message itself: anybody may have written it.
    this.logger.warn({
      event: 'topic message refused',
      topic: CONVERSATIONS_TOPIC,
      why: 'the record holds no such event',
    });
    return null;
  }

  private async eventOf({
    conversationId,
    revision,
  }: PublicConversationEvent): Promise<Followable<ConversationEvent> | null> {
    if (!Number.isSafeInteger(revision) || revision < 0) return null;
    try {
      return (
        (await this.eventLog.at<ConversationEvent>(streamOf(conversationAggregate, conversationId), revision)) ?? null
      );
    } catch (error) {
      if (error instanceof EventUnreadable) return error.event;
      throw error;
    }
  }
}

/** Whether the message names the event's program, contact and message. */
const isSame = (event: PublicConversationEvent, told: PublicConversationEvent): boolean =>
  (['id', 'type', 'programId', 'contactId', 'messageId'] as const).every(
    (name) => (event as Partial<MessageEvent>)[name] === (told as Partial<MessageEvent>)[name],
  );
