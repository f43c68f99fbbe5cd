import { DomainError, type Decider, type Message } from '@app/kernel';
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

  decide({ type, data }, { choices }) {
    const { conversationId, userId } = data;
    const choice = choices[userId];
    switch (type) {
      case 'MuteConversation': {
        const { until, at } = data;
        if (until !== null && until <= at) throw new MuteEndsInThePast();
        if (choice?.isMuted && choice.until === until) return [];
        return [{ type: 'ConversationMuted', data: { conversationId, userId, until } }];
      }
      case 'UnmuteConversation':
        return choice?.isMuted === false ? [] : [{ type: 'ConversationUnmuted', data: { conversationId, userId } }];
      case 'EndMute': {
        const until = choice?.isMuted ? choice.until : null;
        // The mute may have changed since its end was looked up.
        return until === null || until > data.at
          ? []
          : [{ type: 'MuteEnded', data: { conversationId, userId, until } }];
      }
    }
  },

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
