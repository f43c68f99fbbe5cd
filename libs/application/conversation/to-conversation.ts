import type { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '@app/eventing';
import { ConversationNotFound, ConversationWasDeleted, type ContactSource } from '@app/domain/conversation';
import { HandleConversation, type ConversationIntent } from './conversation.command.js';
import { ids } from '../commands/ids.js';

type About = { readonly contactId: string; readonly referralId: string | null };

/** `source`: that of the conversation, if the command starts it. */
type Contexts = {
  readonly context: CommandContext;
  readonly startContext: CommandContext;
  readonly source: ContactSource;
};

/**
 * Sends a command to the contact's conversation about a referral, or the general one, and starts it if there is none.
 * If that was deleted, the command goes to the next one. Every conversation is tried, starting with the first: one that
 * handled the command before it was deleted returns its first response, so nothing is done twice.
 */
export async function toConversation(
  commands: CommandBus,
  about: About,
  intent: ConversationIntent,
  { context, startContext, source }: Contexts,
): Promise<void> {
  for (let incarnation = 0; ; incarnation += 1) {
    const conversationId = ids.conversation(context.programId, about.contactId, about.referralId, incarnation);
    const ask = (asked: ConversationIntent, as: CommandContext): Promise<unknown> =>
      commands.execute(new HandleConversation(conversationId, asked, as));
    try {
      await ask(intent, context).catch(async (error: unknown) => {
        if (!(error instanceof ConversationNotFound)) throw error;
        await ask({ type: 'StartConversation', data: { conversationId, ...about, by: null, source } }, startContext);
        await ask(intent, context);
      });
      return;
    } catch (error) {
      if (!(error instanceof ConversationWasDeleted)) throw error;
    }
  }
}
