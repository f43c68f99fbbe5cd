import type { Channel, ConversationCommand } from '@app/domain/conversation';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

export type ConversationIntent =
  | Message<'SendMessage', { by: string; channel: Channel; text: string }>
  /** The contact writes in the portal. */
  | Message<'WriteInApp', { text: string }>
  | Exclude<ConversationCommand, { type: 'SendMessage' }>;
export class HandleConversation extends AggregateCommand<ConversationIntent> {}
