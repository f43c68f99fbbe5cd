import { DeciderCommandHandler, IllegalStateError, type Command, type Event } from '@event-driven-io/emmett';

type About = { readonly conversationId: string; readonly programId: string };

export type ConversationStarted = Event<'ConversationStarted', About>;
export type MessageSent = Event<
  'MessageSent',
  About & {
    readonly messageId: string;
    readonly by: string;
    readonly channel: string;
    readonly text: string;
    readonly at: string;
  }
>;
export type ConversationEvent = ConversationStarted | MessageSent;

type SendMessage = Command<'SendMessage', Omit<MessageSent['data'], 'programId'> & { readonly programId: string }>;
type StartConversation = Command<'StartConversation', About>;

type State = { readonly programId: string | null; readonly messages: number };

/** Loads the stream, decides, and appends at the revision that it has read; decides again after a conflict. */
export const handleConversation = DeciderCommandHandler<State, StartConversation | SendMessage, ConversationEvent>({
  initialState: () => ({ programId: null, messages: 0 }),
  decide: ({ type, data }, { programId }) => {
    if (type === 'StartConversation') return programId === null ? { type: 'ConversationStarted', data } : [];
    if (programId !== data.programId) throw new IllegalStateError('There is no such conversation');
    return { type: 'MessageSent', data };
  },
  evolve: (state, { type, data }) =>
    type === 'ConversationStarted'
      ? { ...state, programId: data.programId }
      : { ...state, messages: state.messages + 1 },
  mapToStreamId: (id) => `conversation-${id}`,
  retry: { onVersionConflict: true },
});
