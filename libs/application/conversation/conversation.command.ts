import type { Channel, ConversationCommand } from '@app/domain/conversation';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

type DataOf<Type> = Extract<ConversationCommand, { type: Type }>['data'];
type Automated = 'SendOptInRequest' | 'ReceiveMessage' | 'ReceiveKeyword';

/** A message has no id yet: the handler derives it. */
export type ConversationIntent =
  | Message<'SendMessage', Pick<DataOf<'SendMessage'>, 'by' | 'channel' | 'text' | 'lastSeen'>>
  /** By staff, `channel` says by what they want to write first; by default by text, if the contact has a number. */
  | Message<'StartConversation', DataOf<'StartConversation'> & { readonly channel?: Channel | undefined }>
  | Message<'AddNote', Omit<DataOf<'AddNote'>, 'messageId'>>
  | Message<'SnoozeConversation', Omit<DataOf<'SnoozeConversation'>, 'at'>>
  /** `from`: the conversation in which the message is. */
  | Message<'MoveMessage', Pick<DataOf<'MoveMessage'>, 'messageId' | 'from' | 'to' | 'by'>>
  /** A member of staff deletes it, if the program's policy allows that. */
  | Message<'DeleteByStaff', { by: string }>
  /** The contact writes in the portal. */
  | Message<'WriteInApp', { text: string; source: 'portal' | 'widget' }>
  | { [Type in Automated]: Message<Type, Omit<DataOf<Type>, 'messageId'>> }[Automated]
  | Exclude<
      ConversationCommand,
      { type: 'SendMessage' | 'StartConversation' | 'AddNote' | 'SnoozeConversation' | 'MoveMessage' | Automated }
    >;

export class HandleConversation extends AggregateCommand<ConversationIntent> {}
