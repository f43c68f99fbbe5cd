import { deciderSpec, samples } from '@app/testing';
import { importDecider, ImportNotFound } from './import.decider.js';
import type { ImportedRow } from './import.events.js';

const imports = deciderSpec(importDecider);
const started = { type: 'ImportStarted', data: samples.ImportStarted } as const;
const { importId, file } = samples.ImportStarted;
const row: ImportedRow = { outcome: 'created', id: 'contact-1', code: null, field: null, rule: null };
const record = (firstRow: number, isLast = false, rows: readonly ImportedRow[] = [row, row]) =>
  ({ type: 'RecordRows', data: { firstRow, rows, nextByte: 100 * firstRow, isLast } }) as const;
const recorded = (firstRow: number) =>
  ({ type: 'RowsImported', data: { importId, firstRow, rows: [row, row], nextByte: 100 * firstRow } }) as const;
const finished = { type: 'ImportFinished', data: { importId, file } } as const;
const fail = { type: 'FailImport', data: { reason: 'InvalidCsv' } } as const;
const failed = { type: 'ImportFailed', data: { importId, file, reason: 'InvalidCsv' } } as const;

describe('R8: an import', () => {
  it('starts once', () => {
    imports.given().when({ type: 'StartImport', data: started.data }).then(started);
    imports.given(started).when({ type: 'StartImport', data: started.data }).thenNothing();
  });

  it('records its rows in order, each once, until the last', () => {
    imports.given(started).when(record(1)).then(recorded(1));
    imports.given(started, recorded(1)).when(record(1)).thenNothing();
    imports.given(started, recorded(1)).when(record(5)).thenNothing();
    imports.given(started, recorded(1)).when(record(3, true)).then(recorded(3), finished);
    imports
      .given(started)
      .when(record(1, true, []))
      .then(finished);
  });

  it('ends once', () => {
    imports.given(started).when(fail).then(failed);
    imports.given(started, failed).when(fail).thenNothing();
    imports.given(started, failed).when(record(1)).thenNothing();
    imports.given(started, finished).when(fail).thenNothing();
    imports.given().when(fail).thenThrows(ImportNotFound);
  });
});
