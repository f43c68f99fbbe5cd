import { unlessErased } from '@app/kernel';
import type { ConversationEvent, TextRoute } from '@app/domain/conversation';

/** Where a text goes; `null` for an event that is no text. */
export const textRoute = ({
  type,
  data,
}: ConversationEvent): { readonly route: TextRoute; readonly to: string | null } | null =>
  (type === 'MessageSent' || type === 'AutomatedTextSent') && data.route
    ? { route: data.route, to: unlessErased(data.to, null) }
    : null;
