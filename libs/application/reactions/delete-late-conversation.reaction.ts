import { causedBy } from '../commands/ids.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { automation, defineReaction } from './define-reaction.js';

/** Deletes a conversation that started while its contact was being erased. */
export const deleteLateConversation = defineReaction({
  on: ['ConversationStarted'],
  keys: () => [],

  async react(event, { commands, lookups }) {
    const { conversationId, contactId } = event.data;
    if (!(await lookups.isErased(event.metadata.programId, contactId))) return;
    const intent = { type: 'DeleteConversation', data: { by: automation.id } } as const;
    await commands.execute(
      new HandleConversation(conversationId, intent, causedBy(event, automation, 'DeleteConversation')),
    );
  },
});
