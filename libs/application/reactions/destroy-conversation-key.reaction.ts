import { defineReaction } from './define-reaction.js';

/** Once the deletion of a conversation is stored, the key that opens its content is destroyed. */
export const destroyConversationKey = defineReaction({
  on: ['ConversationDeleted'],
  keys: () => [],
  react: ({ data }, { keyring }) => keyring.destroy(data.conversationId),
});
