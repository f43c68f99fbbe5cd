import type { Projection } from '@app/eventing';
import type { ConversationEvent } from '@app/domain/conversation';

/** How many texts a program has accepted on the last day (UTC) on which it accepted any. */
export type UsageRow = { readonly id: string; readonly day: string; readonly texts: number };

export const usageProjection: Projection<ConversationEvent, UsageRow> = {
  name: 'usage',
  categories: ['conversation'],
  indexes: {},
  touches: (event) =>
    (event.type === 'MessageSent' || event.type === 'AutomatedTextSent') && event.data.route !== null
      ? event.metadata.programId
      : null,
  evolve(row, { metadata: { programId: id, occurredAt } }) {
    const day = occurredAt.slice(0, 10);
    if (!row || day > row.day) return { id, day, texts: 1 };
    // One of the day before that was recorded after midnight.
    return day < row.day ? row : { ...row, texts: row.texts + 1 };
  },
};
