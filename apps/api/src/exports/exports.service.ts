import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ConversationExport, ExportLinks, HandleExport, ids, type ExportedFile } from '@app/application';
import { ExportGone, ExportNotFound } from '@app/domain/export';
import { ExportFiles, type CommandContext } from '@app/eventing';
import type { CallerIdentity } from '@app/platform';
import { ExportQueries, Freshness, type ExportDocument, type Listing } from '@app/read-models';
import { commandResponse } from '../http/command-response.js';
import type { PageDto } from '../http/paging.dto.js';
import type { ExportConversationDto, RequestExportDto } from './exports.requests.dto.js';
import type { ExportDto, RequestedDto } from './exports.view.js';

/** Files with messages, for REST and GraphQL. */
@Injectable()
export class ExportsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly conversations: ConversationExport,
    private readonly exports: ExportQueries,
    private readonly links: ExportLinks,
    private readonly files: ExportFiles,
    private readonly freshness: Freshness,
  ) {}

  async conversation(
    conversationId: string,
    { format, from, to, position }: ExportConversationDto,
    { id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<ExportedFile> {
    const asked = { conversationId, format, from: from ?? null, to: to ?? null, by };
    return this.freshness.at(position, () => this.conversations.file(asked, context));
  }

  /** @throws ExportEndsBeforeStart */
  async request(
    { from, to }: RequestExportDto,
    { id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<RequestedDto> {
    const exportId = ids.derivedId(context.commandId, 'export');
    const data = { exportId, from: from ?? null, to: to ?? null, by };
    const result = await this.commands.execute(new HandleExport(exportId, { type: 'RequestExport', data }, context));
    return { exportId, ...commandResponse(result) };
  }

  /** Newest first. @throws InvalidCursor */
  async list(caller: CallerIdentity, { position, after, limit }: PageDto): Promise<Listing<ExportDto>> {
    const { programId } = caller;
    const { documents, ...page } = await this.freshness.list(programId, position, () =>
      this.exports.page(programId, after, limit),
    );
    return { documents: await Promise.all(documents.map((row) => this.view(row, caller))), ...page };
  }

  /** @throws ExportNotFound */
  async one(caller: CallerIdentity, id: string, position: string | undefined): Promise<ExportDto> {
    return this.view(await this.document(caller, id, position), caller);
  }

  /** The file, read part by part. Who gets it is recorded first. @throws ExportNotFound, ExportNotFinished, ExportGone */
  async file(id: string, caller: CallerIdentity, context: CommandContext): Promise<ExportedFile> {
    const { programId, id: by } = caller;
    const data = { exportId: id, by };
    const { position } = await this.commands.execute(new HandleExport(id, { type: 'DownloadExport', data }, context));
    // The read model names all parts once it has seen this download.
    const { parts, requestedAt } = await this.document(caller, id, position ?? undefined);
    const read = (part: string): Promise<Buffer | null> => this.files.get({ programId, exportId: id }, part);
    const first = await read(parts[0] ?? '');
    if (first === null) throw new ExportGone();
    return {
      mediaType: 'text/csv; charset=utf-8',
      name: `messages-${requestedAt.slice(0, 10)}-${id.slice(0, 8)}.csv`,
      content: contentOf(parts, first, read),
    };
  }

  private async document(
    { programId }: CallerIdentity,
    id: string,
    position: string | undefined,
  ): Promise<ExportDocument> {
    const row = await this.freshness.at(position, () => this.exports.one(programId, id));
    if (!row) throw new ExportNotFound();
    return row;
  }

  private async view(row: ExportDocument, { programId, id: userId }: CallerIdentity): Promise<ExportDto> {
    const { id, status, from, to, by, requestedAt, expiresAt, rows, bytes, percent, downloads, revision } = row;
    const link = status === 'finished' ? await this.links.linkFor({ programId, userId }, id, expiresAt) : null;
    return { id, status, from, to, by, requestedAt, expiresAt, rows, bytes, percent, downloads, link, revision };
  }
}

/** @throws ExportGone when a part was deleted meanwhile: the download then breaks off, and is not taken for complete */
async function* contentOf(
  parts: readonly string[],
  first: Buffer,
  read: (part: string) => Promise<Buffer | null>,
): AsyncIterable<Buffer> {
  for (const [index, part] of parts.entries()) {
    const content = index === 0 ? first : await read(part);
    if (content === null) throw new ExportGone();
    yield content;
  }
}
