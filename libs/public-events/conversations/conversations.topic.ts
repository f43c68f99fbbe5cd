import type { JsonObject, Recorded } from '@app/kernel';
import type { Channel, ConversationEvent } from '@app/domain/conversation';
import { defineTopic } from '../define-topic.js';

/**
 * `conversations.v1`, key: conversation id. No content: a consumer with access reads it by API or event store, with the
 * revision.
 */
export const CONVERSATIONS_TOPIC = 'conversations.v1';

type Envelope = {
  /** The event's id, the same at every reading. */
  readonly id: string;
  readonly programId: string;
  readonly conversationId: string;
  readonly contactId: string;
  readonly referralId: string | null;
  readonly revision: number;
  readonly occurredAt: string;
};

export type PublicConversationEvent = Envelope &
  (
    | {
        readonly type:
          'conversation.started' | 'conversation.archived' | 'conversation.unarchived' | 'conversation.deleted';
      }
    | { readonly type: 'conversation.snoozed'; readonly until: string | null; readonly by: string }
    | { readonly type: 'conversation.unsnoozed'; readonly cause: 'time' | 'message' | 'staff' }
    | { readonly type: 'conversation.assigned'; readonly assignee: string | null; readonly by: string }
    | { readonly type: 'message.sent'; readonly messageId: string; readonly channel: Channel; readonly by: string }
    | { readonly type: 'message.automated'; readonly messageId: string; readonly channel: 'sms'; readonly kind: string }
    | { readonly type: 'message.received'; readonly messageId: string; readonly channel: Channel }
    | { readonly type: 'note.added'; readonly messageId: string; readonly by: string }
    | { readonly type: 'message.moved'; readonly messageId: string; readonly from: string; readonly to: string }
    | { readonly type: 'message.refused'; readonly messageId: string; readonly channel: Channel; readonly rule: string }
  );

/** The public event, or `null` when other systems need not know of the event. */
export function toPublic(event: Recorded<ConversationEvent>): PublicConversationEvent | null {
  const envelope: Envelope = {
    id: event.eventId,
    programId: event.metadata.programId,
    conversationId: event.aggregateId,
    contactId: event.data.contactId,
    referralId: event.data.referralId,
    revision: event.revision,
    occurredAt: event.metadata.occurredAt,
  };
  switch (event.type) {
    case 'ConversationStarted':
      return { ...envelope, type: 'conversation.started' };
    case 'ConversationArchived':
      return { ...envelope, type: 'conversation.archived' };
    case 'ConversationUnarchived':
      return { ...envelope, type: 'conversation.unarchived' };
    case 'ConversationAssigned':
      return { ...envelope, type: 'conversation.assigned', assignee: event.data.assignee, by: event.data.by };
    case 'ConversationSnoozed':
      return { ...envelope, type: 'conversation.snoozed', until: event.data.until, by: event.data.by };
    case 'SnoozeEnded':
      return { ...envelope, type: 'conversation.unsnoozed', cause: event.data.cause };
    case 'ConversationDeleted':
      return { ...envelope, type: 'conversation.deleted' };
    case 'MessageSent':
      return {
        ...envelope,
        type: 'message.sent',
        messageId: event.data.messageId,
        channel: event.data.channel,
        by: event.data.by,
      };
    case 'AutomatedTextSent':
      return {
        ...envelope,
        type: 'message.automated',
        messageId: event.data.messageId,
        channel: 'sms',
        kind: event.data.kind,
      };
    case 'MessageReceived':
      return { ...envelope, type: 'message.received', messageId: event.data.messageId, channel: event.data.channel };
    case 'SendRefused':
      return {
        ...envelope,
        type: 'message.refused',
        messageId: event.data.messageId,
        channel: event.data.channel,
        rule: event.data.rule,
      };
    case 'NoteAdded':
      return { ...envelope, type: 'note.added', messageId: event.data.messageId, by: event.data.by };
    case 'MessageMoved': {
      const { messageId, from, to } = event.data;
      return { ...envelope, type: 'message.moved', messageId, from, to };
    }
    case 'KeywordReceived':
    case 'ConversationRead':
    case 'ConversationMarkedUnread':
    case 'ConversationLabelled': // its text may name a person
    case 'ConversationUnlabelled':
      return null;
  }
}

export const conversationsTopic = defineTopic({
  topic: CONVERSATIONS_TOPIC,
  categories: ['conversation'],
  toPublic,
  keyOf: ({ conversationId }) => conversationId,
});

/** A topic carries plain JSON. */
export const asTopicValue = (event: PublicConversationEvent): JsonObject => event;

/** Reads back the output of {@link toPublic}; returns `null` for anything else in the topic. */
export const fromTopicValue = (value: JsonObject): PublicConversationEvent | null =>
  named.every((name) => typeof value[name] === 'string') && Number.isInteger(value['revision'])
    ? (value as unknown as PublicConversationEvent)
    : null;

const named = ['id', 'type', 'programId', 'conversationId', 'contactId', 'occurredAt'] as const;
