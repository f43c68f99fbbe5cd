import { decideByType, type Decider, type Message } from '@app/kernel';
import type { BulkEvent, BulkListed, BulkProgressed, BulkStarted } from './bulk.events.js';

export type BulkCommand =
  | Message<'StartBulk', BulkStarted['data']>
  /** `from`: where this part of the list begins. */
  | Message<'ListBulkPart', BulkListed['data'] & { readonly from: string | null }>
  | Message<'NoteBulkResults', Omit<BulkProgressed['data'], 'isFinished'>>;

/**
 * A bulk action in the background. `part`: the conversations that are being handled; `after`: where the list goes on
 * after them, `null`: nowhere, or at its beginning.
 */
export type Bulk = {
  readonly status: 'none' | 'running' | 'finished';
  readonly part: readonly string[] | null;
  readonly after: string | null;
};

export const bulkDecider: Decider<Bulk, BulkCommand, BulkEvent> = {
  initialState: { status: 'none', part: null, after: null },

  // Several processes may handle the same part: it is noted once.
  decide: decideByType<Bulk, BulkCommand, BulkEvent>({
    StartBulk: (data, { status }) => (status === 'none' ? [{ type: 'BulkStarted', data }] : []),
    ListBulkPart: ({ from, ...data }, { status, part, after }) =>
      status === 'running' && part === null && after === from ? [{ type: 'BulkListed', data }] : [],
    NoteBulkResults: (data, { part, after }) =>
      part !== null && part[0] === data.results[0]?.conversationId
        ? [{ type: 'BulkProgressed', data: { ...data, isFinished: after === null } }]
        : [],
  }),

  evolve(state, event) {
    switch (event.type) {
      case 'BulkStarted':
        return { status: 'running', part: null, after: null };
      case 'BulkListed':
        return { ...state, part: event.data.conversationIds, after: event.data.after };
      case 'BulkProgressed':
        return { ...state, status: event.data.isFinished ? 'finished' : 'running', part: null };
    }
  },
};
