import type { BlockEvent, MessageBlocked } from '@app/domain/block';
import { opened, type Recorded } from '@app/kernel';
import { causedBy } from '../commands/ids.js';
import type { ConversationIntent } from '../conversation/conversation.command.js';
import { toConversation } from '../conversation/to-conversation.js';
import { automation, defineReaction } from './define-reaction.js';

/** Once a block is lifted, what it kept out goes to its conversations, each message at the place where it was written. */
export const showBlocked = defineReaction({
  on: ['BlockLifted'],
  // That of a number orders them with later texts from it.
  keys: ({ data }) => [data.blockId],

  async react(event, { commands, eventLog, lookups }) {
    let blocked: Recorded<MessageBlocked>[] = [];
    for await (const past of eventLog.read<BlockEvent>(event.stream)) {
      if (past.revision >= event.revision) break;
      if (past.type === 'BlockPlaced') blocked = [];
      if (past.type === 'MessageBlocked') blocked.push(past);
    }
    for (const message of blocked) {
      const intent = shown(message);
      const { contactId, referralId, messageId, source } = message.data;
      if (!intent || (await lookups.isErased(event.metadata.programId, contactId))) continue;
      const { occurredAt } = message.metadata;
      const context = { ...causedBy(event, { kind: 'contact', id: contactId }, `Show ${messageId}`), occurredAt };
      const startContext = causedBy(event, automation, `StartConversation ${messageId}`);
      await toConversation(commands, { contactId, referralId }, intent, { context, startContext, source });
    }
  },
});

/** `null` for a text that was erased. */
function shown(message: Recorded<MessageBlocked>): ConversationIntent | null {
  const data = opened(message.data);
  if (!data) return null;
  const { text, channel, source, keyword, providerMessageId } = data;
  const acceptedPosition = data.acceptedPosition ?? message.position;
  if (keyword !== null && providerMessageId !== null)
    return { type: 'ReceiveKeyword', data: { text, keyword, acceptedPosition, providerMessageId } };
  return {
    type: 'ReceiveMessage',
    data: { text, channel, source, acceptedPosition, providerMessageId, wasBlocked: true },
  };
}
