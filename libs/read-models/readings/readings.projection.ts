import { LRUCache } from 'lru-cache';
import { naturalId } from '@app/eventing';
import type { Reader } from '@app/domain/reading';
import { defineReadModel } from '../define-read-model.js';

/** How far one person has read one conversation; see {@link ReadPositionMoved}. */
export type ReadingRow = {
  readonly id: string;
  readonly programId: string;
  readonly conversationId: string;
  readonly revision: number;
  readonly messages: number;
};

const IDS_IN_MEMORY = 10_000;
const ids = new LRUCache<string, string>({ max: IDS_IN_MEMORY });

/** Cached, since each page of an inbox needs one for every row. The id of a conversation has no space. */
export function readingRowId(conversationId: string, { kind, id: person }: Reader): string {
  const key = `${conversationId} ${kind} ${person}`;
  const id = ids.get(key) ?? naturalId('reading', conversationId, kind, person);
  ids.set(key, id);
  return id;
}

export const readingsModel = defineReadModel<ReadingRow>()({
  name: 'readings',
  handles: ['ReadPositionMoved'],
  indexes: {},
  touches: ({ aggregateId }) => aggregateId,
  evolve: (_, { data: { conversationId, revision, messages }, metadata: { programId } }, id) => ({
    id,
    programId,
    conversationId,
    revision,
    messages,
  }),
});
