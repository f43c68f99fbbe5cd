import type { ConversationEvent, Source } from './conversation.events.js';

/**
 * Where a conversation came from, after an event: a conversation that staff started has the source of the contact's
 * first message.
 */
export function sourceAfter(source: Source, event: ConversationEvent): Source {
  switch (event.type) {
    case 'ConversationStarted':
      return event.data.source ?? (event.data.by === null ? 'text' : 'console');
    case 'MessageReceived':
      return source === 'console' ? (event.data.source ?? (event.data.channel === 'sms' ? 'text' : 'portal')) : source;
    case 'KeywordReceived':
      return source === 'console' ? 'text' : source;
    default:
      return source;
  }
}
