import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { exportsProjection } from './exports.projection.js';

const exports = projectionSpec(exportsProjection);
const stream = 'export-export-1';

describe('X2: exports', () => {
  it('show who asked for which days, and that the file is being made', () => {
    const requested = newRecord()(stream, sampleOf('ExportRequested'));
    const { exportId: id, ...asked } = samples.ExportRequested;
    exports
      .given()
      .when(requested)
      .then({
        id,
        programId: 'program-1',
        ...asked,
        status: 'running',
        requestedAt: requested.metadata.occurredAt,
        dueAt: requested.metadata.occurredAt,
        position: requested.position,
        rows: 0,
        parts: [],
        hasFiles: true,
      });
  });

  it('show the progress with each part, until the file is finished, and its downloads', () => {
    const record = newRecord();
    const requested = record(stream, sampleOf('ExportRequested'));
    const first = record(stream, sampleOf('ExportPartWritten'));
    const { cursor } = samples.ExportPartWritten;
    exports
      .given(requested)
      .when(first)
      .then({ rows: 2, bytes: 200, percent: 50, parts: ['part-1'], cursor, dueAt: first.metadata.occurredAt });
    const last = record(stream, {
      type: 'ExportPartWritten' as const,
      data: { ...samples.ExportPartWritten, part: 'part-2', cursor: null, percent: 99 },
    });
    const finished = record(stream, sampleOf('ExportFinished'));
    exports
      .given(requested, first, last)
      .when(finished)
      .then({ status: 'finished', rows: 4, bytes: 400, percent: 100, parts: ['part-1', 'part-2'] });
    exports
      .given(requested, first, last, finished)
      .when(record(stream, sampleOf('ExportDownloaded')))
      .then({ status: 'finished', downloads: 1 });
  });

  it('show that the file was withdrawn, and have files until they expire', () => {
    const record = newRecord();
    const requested = record(stream, sampleOf('ExportRequested'));
    const withdrawn = record(stream, sampleOf('ExportWithdrawn'));
    exports.given(requested).when(withdrawn).then({ status: 'withdrawn', hasFiles: true });
    exports
      .given(requested, withdrawn)
      .when(record(stream, sampleOf('ExportExpired')))
      .then({ status: 'expired', hasFiles: false });
  });
});
