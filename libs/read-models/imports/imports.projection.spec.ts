import type { Recorded } from '@app/kernel';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { importRowsProjection } from './import-rows.projection.js';
import { importsProjection } from './imports.projection.js';

type Event = Parameters<typeof importsProjection.evolve>[1];
const imports = projectionSpec(importsProjection);
const record = newRecord();
const of = (type: 'ImportStarted' | 'RowsImported' | 'ImportFinished' | 'ImportFailed') =>
  record('import-import-1', sampleOf(type)) as Recorded<Event>;
const [started, rows, finished, failed] = [
  of('ImportStarted'),
  of('RowsImported'),
  of('ImportFinished'),
  of('ImportFailed'),
];

describe('R8: imports', () => {
  it('are due until they end', () => {
    const running = { status: 'running', created: 0, refused: 0, endedAt: null } as const;
    imports.given().when(started).then(running);
    imports.given(started).when(rows).then({ status: 'running', created: 1, refused: 1 });
    imports.given(started, rows).when(finished).then({ status: 'finished', endedAt: finished.metadata.occurredAt });
    imports.given(started, rows).when(failed).then({ status: 'failed', reason: samples.ImportFailed.reason });
  });

  it('have a result for each row', () => {
    const results = [...documentsOf(importRowsProjection, [rows] as never).values()];
    expect(results).toMatchObject([
      { importId: 'import-1', row: 201, outcome: 'created', targetId: 'contact-rita' },
      { importId: 'import-1', row: 202, outcome: 'refused', targetId: null, field: 'phones.0' },
    ]);
  });
});
