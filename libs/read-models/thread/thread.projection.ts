import { deliveryIdOf } from '@app/eventing';
import { unlessErased, type Actor, type Recorded } from '@app/kernel';
import type { AutomatedTextSent, Channel, ConversationEvent, MessageSent, ReceivedBy } from '@app/domain/conversation';
import { defineReadModel } from '../define-read-model.js';

/** One entry of a conversation's thread. */
export type ThreadEntry = {
  readonly id: string;
  readonly programId: string;
  readonly conversationId: string;
  readonly contactId: string;
  readonly kind: 'message' | 'automated' | 'keyword' | 'refusal' | 'assignment' | 'note';
  readonly direction: 'in' | 'out';
  readonly author: Actor;
  readonly channel: Channel;
  /** `null` if it was erased. */
  readonly text: string | null;
  /** For an assignment: who is responsible from then on, or `null`. */
  readonly assignee: string | null;
  /** For a note: user ids of the members that it mentions. Entries written before this field existed have none. */
  readonly mentions?: readonly string[];
  /** For a refusal: the rule. */
  readonly rule: string | null;
  /** For a refusal because of an opt-out: the sender that received it. */
  readonly refusedSenderId: string | null;
  /** For an outgoing text. */
  readonly deliveryId: string | null;
  /**
   * For a text: the program's number, and the contact's address. Rows written before these fields existed have none
   * until a rebuild.
   */
  readonly senderId?: string | null;
  readonly addressId?: string | null;
  readonly at: string;
  /**
   * The conversation that received it, and the revision of its event there. Entries written before these fields existed
   * have none until a rebuild.
   */
  readonly home?: string;
  readonly revision?: number;
  /** Position at which it was accepted: its place in the thread. */
  readonly order: string;
};

export const threadProjection = defineReadModel<ThreadEntry>()({
  name: 'thread',
  handles: [
    'MessageSent',
    'AutomatedTextSent',
    'MessageReceived',
    'KeywordReceived',
    'SendRefused',
    'NoteAdded',
    'MessageMoved',
    'ConversationAssigned',
    'ConversationDeleted',
  ],
  indexes: { conversation: ['conversationId', 'order'], time: ['programId', 'conversationId', 'at', 'order'] },
  touches: (event) =>
    event.type === 'ConversationDeleted'
      ? { index: 'conversation', equals: { conversationId: event.aggregateId } }
      : event.type === 'ConversationAssigned'
        ? event.eventId
        : event.data.messageId,

  evolve(row, event) {
    // The entry itself stays, with its author.
    if (event.type === 'ConversationDeleted') return row && { ...row, text: null };
    if (event.type === 'MessageMoved') return row && { ...row, conversationId: event.data.to };
    if (row !== null) return row;
    switch (event.type) {
      case 'MessageSent':
        return {
          ...common(event, event.data),
          kind: 'message',
          direction: 'out',
          channel: event.data.channel,
          text: unlessErased(event.data.text, null),
          deliveryId: textDelivery(event.data),
        };
      case 'AutomatedTextSent':
        return {
          ...common(event, event.data),
          kind: 'automated',
          direction: 'out',
          channel: 'sms',
          text: unlessErased(event.data.text, null),
          deliveryId: textDelivery(event.data),
        };
      case 'MessageReceived':
        return {
          ...common(event, event.data),
          kind: 'message',
          direction: 'in',
          channel: event.data.channel,
          text: unlessErased(event.data.text, null),
        };
      case 'KeywordReceived':
        return {
          ...common(event, event.data),
          kind: 'keyword',
          direction: 'in',
          channel: 'sms',
          text: unlessErased(event.data.text, null),
        };
      case 'ConversationAssigned':
        return {
          ...common(event, { ...event.data, messageId: event.eventId }),
          kind: 'assignment',
          direction: 'out',
          channel: 'in-app',
          text: null,
          assignee: event.data.assignee,
        };
      case 'NoteAdded':
        return {
          ...common(event, event.data),
          kind: 'note',
          direction: 'out',
          channel: 'in-app',
          text: unlessErased(event.data.text, null),
          mentions: event.data.mentions,
        };
      case 'SendRefused':
        return {
          ...common(event, event.data),
          kind: 'refusal',
          direction: 'out',
          channel: event.data.channel,
          text: '',
          rule: event.data.rule,
          refusedSenderId: event.data.refusedSenderId,
        };
    }
  },
});

const common = (
  event: Recorded<ConversationEvent>,
  data: {
    messageId: string;
    contactId: string;
    acceptedPosition?: string | null;
    route?: ReceivedBy | null;
    receivedBy?: ReceivedBy;
  },
) => ({
  id: data.messageId,
  programId: event.metadata.programId,
  conversationId: event.aggregateId,
  contactId: data.contactId,
  author: event.metadata.actor,
  assignee: null,
  rule: null,
  refusedSenderId: null,
  deliveryId: null,
  senderId: (data.route ?? data.receivedBy)?.senderId ?? null,
  addressId: (data.route ?? data.receivedBy)?.addressId ?? null,
  at: event.metadata.occurredAt,
  home: event.aggregateId,
  revision: event.revision,
  order: data.acceptedPosition ?? event.position,
});

const textDelivery = ({
  messageId,
  contactId,
  route,
}: MessageSent['data'] | AutomatedTextSent['data']): string | null =>
  route === null ? null : deliveryIdOf(messageId, contactId, 'sms');
