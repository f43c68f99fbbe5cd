import { decideByType, DomainError, type Decider, type Message } from '@app/kernel';
import type { ImportedRow, ImportEvent, ImportStarted } from './import.events.js';

export type ImportCommand =
  | Message<'StartImport', ImportStarted['data']>
  /** `isLast`: the file has no more rows. */
  | Message<'RecordRows', { firstRow: number; rows: readonly ImportedRow[]; nextByte: number; isLast: boolean }>
  | Message<'FailImport', { reason: string }>;

/** `doneRows`: so many rows were handled, and the next one begins at `nextByte` of the file. */
export type Import =
  | { readonly status: 'none' }
  | ({ readonly status: 'running' | 'ended'; readonly doneRows: number } & Omit<ImportStarted['data'], 'by'>);

export const importDecider: Decider<Import, ImportCommand, ImportEvent> = {
  initialState: { status: 'none' },
  decide: decideByType<Import, ImportCommand, ImportEvent>({
    StartImport: (data, state) => (state.status === 'none' ? [{ type: 'ImportStarted', data }] : []),
    // Several processes may handle the same rows; the first one records them.
    RecordRows({ firstRow, rows, nextByte, isLast }, state) {
      if (state.status === 'none') throw new ImportNotFound();
      if (state.status === 'ended' || firstRow !== state.doneRows + 1) return [];
      const { importId, file } = state;
      return [
        ...(rows.length > 0 ? [{ type: 'RowsImported', data: { importId, firstRow, rows, nextByte } } as const] : []),
        ...(isLast ? [{ type: 'ImportFinished', data: { importId, file } } as const] : []),
      ];
    },
    FailImport({ reason }, state) {
      if (state.status === 'none') throw new ImportNotFound();
      return state.status === 'ended'
        ? []
        : [{ type: 'ImportFailed', data: { importId: state.importId, file: state.file, reason } }];
    },
  }),
  evolve(state, event) {
    if (event.type === 'ImportStarted') {
      const { by: _, ...started } = event.data;
      return { status: 'running', doneRows: 0, ...started };
    }
    if (state.status === 'none') return state;
    if (event.type !== 'RowsImported') return { ...state, status: 'ended' };
    const { rows, nextByte } = event.data;
    return { ...state, doneRows: state.doneRows + rows.length, nextByte };
  },
};

export class ImportNotFound extends DomainError {
  readonly code = 'ImportNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such import in this program');
  }
}
