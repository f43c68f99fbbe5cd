import { deciderSpec } from '@app/testing';
import { bulkDecider, type BulkCommand } from './bulk.decider.js';
import type { BulkEvent } from './bulk.events.js';

const bulks = deciderSpec(bulkDecider);
const at = '2026-01-05T09:00:00.000Z';
const about = { action: 'archive', folder: 'inbox', mine: null, upTo: '7', by: 'anna', at } as const;
const start: BulkCommand = { type: 'StartBulk', data: about };
const started: BulkEvent = { type: 'BulkStarted', data: about };
const list = (from: string | null, after: string | null): BulkCommand => ({
  type: 'ListBulkPart',
  data: { from, conversationIds: ['c1'], after },
});
const listed = (after: string | null): BulkEvent => ({ type: 'BulkListed', data: { conversationIds: ['c1'], after } });
const results = [{ conversationId: 'c1', outcome: 'done', code: null }] as const;
const note: BulkCommand = { type: 'NoteBulkResults', data: { results, at } };
const progressed = (isFinished: boolean): BulkEvent => ({ type: 'BulkProgressed', data: { results, isFinished, at } });

describe('I7: a bulk action in the background', () => {
  it('starts once', () => {
    bulks.given().when(start).then(started);
    bulks.given(started).when(start).thenNothing();
  });

  it('lists each part once, where the last one ended', () => {
    bulks.given(started).when(list(null, 'p1')).then(listed('p1'));
    bulks.given(started, listed('p1')).when(list(null, 'p1')).thenNothing();
    bulks.given(started, listed('p1'), progressed(false)).when(list(null, 'p1')).thenNothing();
    bulks.given(started, listed('p1'), progressed(false)).when(list('p1', null)).then(listed(null));
    bulks.given(started, listed(null), progressed(true)).when(list(null, null)).thenNothing();
  });

  it('notes the results of each part once, and is finished after the last', () => {
    bulks.given(started).when(note).thenNothing();
    bulks.given(started, listed('p1')).when(note).then(progressed(false));
    bulks.given(started, listed(null)).when(note).then(progressed(true));
    bulks.given(started, listed(null), progressed(true)).when(note).thenNothing();
  });
});
