import { defineAggregate } from '@app/kernel';
import { conversationDecider } from './conversation.decider.js';
import { conversationEventTypes, conversationUpcasters } from './conversation.events.js';

export * from './conversation.decider.js';
export * from './conversation.errors.js';
export * from './conversation.events.js';
export * from './folders.js';
export * from './labels.js';
export { MessageNotFound, MessageNotMovable, OtherContact } from './moves.js';
export * from './newest-messages.js';
export { SnoozeEndsInThePast } from './snooze.js';
export * from './source.js';

export const conversationAggregate = defineAggregate({
  category: 'conversation',
  decider: conversationDecider,
  events: conversationEventTypes,
  upcasters: conversationUpcasters,
  snapshotVersion: 4,
});
