import type { EventTypes, Message } from '@app/kernel';

type OfMember = { readonly conversationId: string; readonly userId: string };

/**
 * A member of staff wants no alerts of a conversation. `until`: when the mute ends (ISO 8601); `null`: not
 * automatically.
 */
export type ConversationMuted = Message<'ConversationMuted', OfMember & { readonly until: string | null }>;
/** A member of staff wants alerts of a conversation, even if it is not theirs. */
export type ConversationUnmuted = Message<'ConversationUnmuted', OfMember>;
/** The mute reached its end. From now on the default applies: alerts of one's own conversations. */
export type MuteEnded = Message<'MuteEnded', OfMember & { readonly until: string }>;

export type MuteEvent = ConversationMuted | ConversationUnmuted | MuteEnded;

export const muteEventTypes = {
  ConversationMuted: { version: 1 },
  ConversationUnmuted: { version: 1 },
  MuteEnded: { version: 1 },
} as const satisfies EventTypes<MuteEvent>;
