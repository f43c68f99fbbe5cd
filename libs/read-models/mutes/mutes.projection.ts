import { LRUCache } from 'lru-cache';
import { naturalId } from '@app/eventing';
import type { MuteChoice } from '@app/domain/mute';
import { defineReadModel } from '../define-read-model.js';

/** The choice of one member of staff for one conversation; without a document the default applies. */
export type MuteRow = MuteChoice & {
  readonly id: string;
  readonly programId: string;
  readonly conversationId: string;
  readonly userId: string;
};

const IDS_IN_MEMORY = 10_000;
const ids = new LRUCache<string, string>({ max: IDS_IN_MEMORY });

/** Cached, since each page of an inbox needs one for every row. The id of a conversation has no space. */
export function muteRowId(conversationId: string, userId: string): string {
  const key = `${conversationId} ${userId}`;
  const id = ids.get(key) ?? naturalId('mute', conversationId, userId);
  ids.set(key, id);
  return id;
}

export const mutesModel = defineReadModel<MuteRow>()({
  name: 'mutes',
  handles: ['ConversationMuted', 'ConversationUnmuted', 'MuteEnded'],
  indexes: { due: ['programId', 'isMuted', 'until'] },
  touches: ({ data }) => muteRowId(data.conversationId, data.userId),
  evolve(_, { type, data, metadata: { programId } }, id) {
    if (type === 'MuteEnded') return null;
    const { conversationId, userId } = data;
    const choice =
      type === 'ConversationMuted' ? { isMuted: true, until: data.until } : { isMuted: false, until: null };
    return { id, programId, conversationId, userId, ...choice };
  },
});
