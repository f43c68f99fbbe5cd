import { Readable } from 'node:stream';
import { Body, Controller, Get, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { ExportedFile } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { ExportConversationDto, ExportFileDto, RequestExportDto } from './exports.requests.dto.js';
import { ExportsService } from './exports.service.js';
import { ExportDto, ExportsDto, RequestedDto } from './exports.view.js';

@ApiTags('exports')
@Controller('v1')
export class ExportsController {
  constructor(private readonly exports: ExportsService) {}

  /**
   * The messages of one conversation as a file: those of at most 31 days, or all. Who got it is recorded. Internal
   * entries are not in it.
   */
  @Get('conversations/:id/export')
  @Requires('exports', 'messages:read')
  @ApiProduces('text/csv', 'text/html')
  @ApiOkResponse({ schema: { type: 'string' } })
  async conversation(
    @Id() id: string,
    @Query() query: ExportConversationDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<StreamableFile> {
    return download(await this.exports.conversation(id, query, caller, context));
  }

  /** Requests a file with all messages, or those of some days; it is made in the background and kept for 24 hours. */
  @Post('exports')
  @Requires('exports', 'messages:read')
  async request(
    @Body() body: RequestExportDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<RequestedDto> {
    return this.exports.request(body, caller, context);
  }

  /** Files with all messages, newest first. */
  @Get('exports')
  @Requires('exports', 'messages:read')
  async list(@Query() query: PageDto, @Caller() caller: CallerIdentity): Promise<ExportsDto> {
    return this.exports.list(caller, query);
  }

  /** One file: how far it is, and the link to it once it is finished. */
  @Get('exports/:id')
  @Requires('exports', 'messages:read')
  async one(@Id() id: string, @Query() { position }: FreshDto, @Caller() caller: CallerIdentity): Promise<ExportDto> {
    return this.exports.one(caller, id, position);
  }

  /** The file as CSV, for an access token or the `link` of the export. Who got it is recorded. */
  @Get('exports/:id/file')
  @Requires('exports', 'messages:read')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  async file(
    @Id() id: string,
    @Query() _link: ExportFileDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<StreamableFile> {
    return download(await this.exports.file(id, caller, context));
  }
}

/** Saved by browsers, never shown: the other headers of every response forbid sniffing, caching and running it. */
const download = ({ mediaType, name, content }: ExportedFile): StreamableFile =>
  new StreamableFile(Readable.from(content), { type: mediaType, disposition: `attachment; filename="${name}"` });
