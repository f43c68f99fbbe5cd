import { decideByType, DomainError, type Decider, type Message } from '@app/kernel';
import type { MuteEvent } from './mute.events.js';

type OfMember = { readonly conversationId: string; readonly userId: string };

/** `at`: the time of the request (ISO 8601); for `EndMute`, the end that has come. */
export type MuteCommand =
  | Message<'MuteConversation', OfMember & { readonly until: string | null; readonly at: string }>
  | Message<'UnmuteConversation', OfMember>
  | Message<'EndMute', OfMember & { readonly at: string }>;

/** The choice of a member of staff for a conversation. */
export type MuteChoice = { readonly isMuted: boolean; readonly until: string | null };

/** The choices for one conversation, by user id; without an entry the default applies. */
export type Mutes = { readonly choices: Readonly<Record<string, MuteChoice>> };

export const muteDecider: Decider<Mutes, MuteCommand, MuteEvent> = {
  initialState: { choices: {} },

  decide: decideByType<Mutes, MuteCommand, MuteEvent>({
    MuteConversation({ conversationId, userId, until, at }, { choices }) {
      if (until !== null && until <= at) throw new MuteEndsInThePast();
      const choice = choices[userId];
      return choice?.isMuted && choice.until === until
        ? []
        : [{ type: 'ConversationMuted', data: { conversationId, userId, until } }];
    },
    UnmuteConversation: ({ conversationId, userId }, { choices }) =>
      choices[userId]?.isMuted === false ? [] : [{ type: 'ConversationUnmuted', data: { conversationId, userId } }],
    // The choice may have changed since its end was read.
    EndMute({ conversationId, userId, at }, { choices }) {
      const choice = choices[userId];
      const until = choice?.isMuted ? choice.until : null;
      return until === null || until > at ? [] : [{ type: 'MuteEnded', data: { conversationId, userId, until } }];
    },
  }),

  evolve({ choices }, event) {
    const { userId } = event.data;
    if (event.type === 'MuteEnded') {
      const { [userId]: _, ...others } = choices;
      return { choices: others };
    }
    const choice =
      event.type === 'ConversationMuted' ? { isMuted: true, until: event.data.until } : { isMuted: false, until: null };
    return { choices: { ...choices, [userId]: choice } };
  },
};

/** Whether a member of staff gets no alerts. By default they get alerts of their own conversations only. */
export const isMuted = (choice: MuteChoice | undefined, isTheirs: boolean, at: string): boolean =>
  !choice || (choice.until !== null && choice.until <= at) ? !isTheirs : choice.isMuted;

export class MuteEndsInThePast extends DomainError {
  readonly code = 'MuteEndsInThePast';
  override readonly kind = 'invalid';
  override readonly field = 'until';
  constructor() {
    super('A mute ends in the future: give a later time, or none');
  }
}
