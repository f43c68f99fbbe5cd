import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { checkColumns, csvRows, HandleImport, ids, InvalidForm, isInvalidCsv, Lookups } from '@app/application';
import { UploadedFiles, type CommandContext } from '@app/eventing';
import { importAggregate, ImportNotFound, type ImportKind } from '@app/domain/import';
import { Freshness, ImportQueries, type ImportResultView, type ImportView, type Listing } from '@app/read-models';
import type { CallerIdentity } from '@app/platform';
import { commandResponse } from '../http/command-response.js';
import type { PageDto } from '../http/paging.dto.js';
import type { OutcomeDto } from './imports.requests.dto.js';
import type { ImportStartedDto } from './imports.view.js';

/** Imports, for REST and GraphQL. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly files: UploadedFiles,
    private readonly imports: ImportQueries,
    private readonly freshness: Freshness,
  ) {}

  /** Stores the file first: what the record names can then be read. @throws InvalidForm, ConsentNotImported, FileTooLarge */
  async start(
    kind: ImportKind,
    content: AsyncIterable<Buffer>,
    { id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<ImportStartedDto> {
    const importId = ids.derivedId(context.commandId, 'import');
    const file = await this.files.write(importId, content);
    try {
      const first = await this.firstRow(file);
      checkColumns(kind, first.columns);
      const data = { importId, kind, file, ...first, by };
      const result = await this.commands.execute(new HandleImport(importId, { type: 'StartImport', data }, context));
      return { importId, ...commandResponse(result) };
    } finally {
      // Refused, or a repetition of an upload whose import has ended.
      const state = await this.lookups.load(importAggregate, importId, context.programId);
      if (!(state?.status === 'running' && state.file === file)) await this.files.remove(file);
    }
  }

  /** @throws InvalidCursor */
  async list(programId: string, { position, after, limit }: PageDto): Promise<Listing<ImportView>> {
    return this.freshness.list(programId, position, () => this.imports.page(programId, { after, limit }));
  }

  /** @throws ImportNotFound */
  async one(programId: string, id: string, position: string | undefined): Promise<ImportView> {
    const found = await this.freshness.at(position, () => this.imports.one(programId, id));
    if (!found) throw new ImportNotFound();
    return found;
  }

  /** @throws ImportNotFound, InvalidCursor */
  async rows(
    programId: string,
    id: string,
    { outcome }: OutcomeDto,
    { position, after, limit }: PageDto,
  ): Promise<Listing<ImportResultView>> {
    return this.freshness.list(programId, position, async () => {
      if (!(await this.imports.one(programId, id))) throw new ImportNotFound();
      return this.imports.rows(programId, id, outcome, { after, limit });
    });
  }

  /** @throws InvalidForm when there is none */
  private async firstRow(file: string): Promise<{ readonly columns: readonly string[]; readonly nextByte: number }> {
    try {
      for await (const { cells, nextByte } of csvRows(this.files.read(file, 0), 0))
        return { columns: cells.map((cell) => cell.trim()), nextByte };
    } catch (error) {
      if (!isInvalidCsv(error)) throw error;
    }
    throw new InvalidForm('body', 'csv');
  }
}
