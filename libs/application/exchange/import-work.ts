import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { inOrderPerKey, naturalId, UploadedFiles, type CommandContext, type DueWork } from '@app/eventing';
import { importAggregate, type Import, type ImportCommand, type ImportedRow } from '@app/domain/import';
import { DomainError, type JsonObject } from '@app/kernel';
import { importsProjection, type ImportRow } from '@app/read-models';
import { systemContext } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';
import { csvRows, formOf, importSchemas, isInvalidCsv } from './csv-rows.js';
import { checkForm, contactForm, payoutForm, referralForm } from './forms.js';
import { HandleImport } from './import.handler.js';
import { OtherSystems, type Saved } from './other-systems.js';

const ROWS_AT_ONCE = 200;

type Running = Extract<Import, { readonly status: 'running' | 'ended' }>;
type FileRow = { readonly row: number; readonly cells: readonly string[] };
type Part = { readonly rows: readonly FileRow[]; readonly nextByte: number; readonly isLast: boolean };

/** Handles the next rows of an import, until none are left. */
@Injectable()
export class ImportWork implements DueWork<ImportRow> {
  readonly model = importsProjection;
  readonly startedBy = ['ImportStarted', 'RowsImported'];
  readonly index = 'due';
  readonly pending = { status: 'running' };
  readonly time = 'dueAt';

  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly files: UploadedFiles,
    private readonly otherSystems: OtherSystems,
  ) {}

  /** Safe to repeat: the commands of a row have the same ids, and its results are recorded once. */
  async do({ id, programId, author }: ImportRow): Promise<void> {
    const running = await this.lookups.load(importAggregate, id, programId);
    if (running?.status !== 'running') return;
    try {
      const part = await this.read(running);
      const rows: ImportedRow[] = [];
      await inOrderPerKey(
        part.rows.map((row, index) => ({ ...row, index })),
        ({ cells }) => [keyOf(running, cells)],
        async ({ index, ...row }) => {
          const context = { ...systemContext(programId, 'imports'), actor: author };
          rows[index] = await this.take(running, row, { ...context, ...idsOf(id, row.row), isDerived: true });
        },
      );
      const { nextByte, isLast } = part;
      await this.record(programId, id, {
        type: 'RecordRows',
        data: { firstRow: running.doneRows + 1, rows, nextByte, isLast },
      });
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === null) throw error;
      await this.record(programId, id, { type: 'FailImport', data: { reason } });
    }
  }

  /** The next rows: no two about the same thing, so that a repeated row cannot undo a later one. */
  private async read({ file, nextByte, doneRows, ...running }: Running): Promise<Part> {
    const rows: FileRow[] = [];
    const keys = new Set<string>();
    let end = nextByte;
    for await (const { cells, nextByte: next } of csvRows(this.files.read(file, nextByte), nextByte)) {
      const key = keyOf(running, cells);
      if (rows.length === ROWS_AT_ONCE || keys.has(key)) return { rows, nextByte: end, isLast: false };
      keys.add(key);
      rows.push({ row: doneRows + rows.length + 1, cells });
      end = next;
    }
    return { rows, nextByte: end, isLast: true };
  }

  private async take(running: Running, { cells }: FileRow, context: CommandContext): Promise<ImportedRow> {
    try {
      const form = formOf(running.kind, running.columns, cells);
      checkForm(importSchemas[running.kind], form);
      const { id, result } = await this.save(running, form, context);
      const [first] = result.events;
      const outcome = first === undefined ? 'unchanged' : creating.has(first.type) ? 'created' : 'changed';
      return { outcome, id, code: null, field: null, rule: null };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { code, field = null } = error;
      return { outcome: 'refused', id: null, code, field, rule: 'rule' in error ? String(error.rule) : null };
    }
  }

  private save({ kind }: Running, form: JsonObject, context: CommandContext): Promise<Saved> {
    switch (kind) {
      case 'contacts':
        return this.otherSystems.saveContact(contactForm(form), context);
      case 'referrals':
        return this.otherSystems.saveReferral(referralForm(form), context);
      case 'payouts':
        return this.otherSystems.recordPayout(String(form['referralExternalId']), payoutForm(form), context);
    }
  }

  private async record(programId: string, id: string, intent: ImportCommand): Promise<void> {
    await this.commands.execute(new HandleImport(id, intent, systemContext(programId, 'imports')));
  }
}

const creating = new Set(['ContactCreated', 'ReferralCreated', 'PayoutRecorded']);

/** Rows with the same key are about the same contact or referral. */
const keyOf = ({ kind, columns }: Pick<Running, 'kind' | 'columns'>, cells: readonly string[]): string =>
  cells[columns.indexOf(kind === 'payouts' ? 'referralExternalId' : 'externalId')]?.trim() ?? '';

const idsOf = (importId: string, row: number): Pick<CommandContext, 'commandId' | 'correlationId' | 'causationId'> => ({
  commandId: naturalId('import', importId, String(row)),
  correlationId: importId,
  causationId: importId,
});

/** Why the rest of a file cannot be read; `null` for an error that may pass. */
function reasonOf(error: unknown): string | null {
  if (isInvalidCsv(error)) return 'InvalidCsv';
  return (error as { readonly code?: unknown } | null)?.code === 'ENOENT' ? 'FileMissing' : null;
}
