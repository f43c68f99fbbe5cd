import { defineReaction } from './define-reaction.js';

/** Files do not keep what was erased. */
export const withdrawExports = defineReaction({
  on: ['ConversationDeleted', 'ContactErased'],
  keys: () => [],
  react: (event, { exports }) => exports.after(event),
});
