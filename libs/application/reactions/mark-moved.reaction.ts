import { ConversationWasDeleted } from '@app/domain/conversation';
import { causedBy } from '../commands/ids.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { automation, defineReaction } from './define-reaction.js';

/** A conversation to which a message was moved is in Unread, like after any message of the contact. */
export const markMoved = defineReaction({
  on: ['MessageMoved'],
  keys: ({ data }) => [data.to],

  async react(event, { commands }) {
    const { to, by } = event.data;
    const intent = { type: 'MarkUnread', data: { by } } as const;
    try {
      await commands.execute(new HandleConversation(to, intent, causedBy(event, automation, 'MarkUnread')));
    } catch (error) {
      if (!(error instanceof ConversationWasDeleted)) throw error;
    }
  },
});
