import { Readable } from 'node:stream';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { ExportedFile } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { ExportConversationDto } from './exports.requests.dto.js';
import { ExportsService } from './exports.service.js';

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
}

/** Saved by browsers, never shown: the other headers of every response forbid sniffing, caching and running it. */
const download = ({ mediaType, name, content }: ExportedFile): StreamableFile =>
  new StreamableFile(Readable.from(content), { type: mediaType, disposition: `attachment; filename="${name}"` });
