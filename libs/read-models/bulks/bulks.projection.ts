import type { BulkResult, BulkStarted } from '@app/domain/bulk';
import { defineReadModel } from '../define-read-model.js';

/** A bulk action in the background, with the number of conversations by outcome. */
export type BulkRow = Omit<BulkStarted['data'], 'at'> & {
  readonly id: string;
  readonly programId: string;
  readonly state: 'running' | 'finished';
  readonly done: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
};

export const bulksModel = defineReadModel<BulkRow>()({
  name: 'bulks',
  handles: ['BulkStarted', 'BulkProgressed'],
  indexes: { due: ['programId', 'state', 'startedAt'] },
  touches: ({ aggregateId }) => aggregateId,
  evolve(row, event, id) {
    if (event.type === 'BulkStarted') {
      const { at, ...about } = event.data;
      const { programId } = event.metadata;
      const none = { done: 0, unchanged: 0, refused: 0 };
      return { id, programId, ...about, state: 'running', ...none, startedAt: at, finishedAt: null };
    }
    if (row === null) return null;
    const { results, isFinished, at } = event.data;
    const count = (outcome: BulkResult['outcome']): number =>
      row[outcome] + results.filter((result) => result.outcome === outcome).length;
    return {
      ...row,
      done: count('done'),
      unchanged: count('unchanged'),
      refused: count('refused'),
      ...(isFinished && { state: 'finished', finishedAt: at }),
    };
  },
});

/** What became of one conversation in a bulk action. */
export type BulkResultRow = BulkResult & { readonly id: string; readonly programId: string; readonly bulkId: string };

const rowId = (bulkId: string, conversationId: string): string => `${bulkId} ${conversationId}`;

export const bulkResultsModel = defineReadModel<BulkResultRow>()({
  name: 'bulk-results',
  handles: ['BulkProgressed'],
  indexes: { bulk: ['bulkId', 'conversationId'] },
  touches: ({ aggregateId, data }) => data.results.map(({ conversationId }) => rowId(aggregateId, conversationId)),
  evolve(row, { aggregateId: bulkId, data, metadata: { programId } }, id) {
    const result = data.results.find(({ conversationId }) => rowId(bulkId, conversationId) === id);
    return result ? { id, programId, bulkId, ...result } : row;
  },
});
