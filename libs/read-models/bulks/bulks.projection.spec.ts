import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { bulkResultsModel, bulksModel } from './bulks.projection.js';

const stream = 'bulk-bulk-1';

describe('bulks', () => {
  it('I7: counts the conversations by outcome until the action is finished', () => {
    const record = newRecord();
    const started = record(stream, sampleOf('BulkStarted'));
    const { at, ...about } = samples.BulkStarted;
    const none = { done: 0, unchanged: 0, refused: 0 };
    projectionSpec(bulksModel)
      .given()
      .when(started)
      .then({ id: 'bulk-1', programId: 'program-1', ...about, state: 'running', ...none, startedAt: at });
    const part = record(stream, {
      type: 'BulkProgressed',
      data: { ...samples.BulkProgressed, isFinished: false },
    } as const);
    const end = record(stream, sampleOf('BulkProgressed'));
    projectionSpec(bulksModel).given(started).when(part).then({ state: 'running', done: 1, refused: 1 });
    projectionSpec(bulksModel)
      .given(started, part)
      .when(end)
      .then({ state: 'finished', done: 2, refused: 2, finishedAt: samples.BulkProgressed.at });
  });

  it('I7: keeps the result of each conversation', () => {
    const event = newRecord()(stream, sampleOf('BulkProgressed'));
    for (const result of samples.BulkProgressed.results)
      projectionSpec(bulkResultsModel)
        .given()
        .when(event)
        .then({ programId: 'program-1', bulkId: 'bulk-1', ...result });
  });
});
