import { Controller, Get, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { uploadOf } from '../http/uploads.js';
import { ListImportRowsDto, StartImportDto } from './imports.requests.dto.js';
import { ImportsService } from './imports.service.js';
import { ImportDto, ImportRowsDto, ImportsDto, ImportStartedDto } from './imports.view.js';

@ApiTags('imports')
@Controller('v1/imports')
export class ImportsController {
  constructor(private readonly imports: ImportsService) {}

  /**
   * Imports a CSV file in the background: UTF-8, the names of the columns in the first line, lists in a cell separated by
   * semicolons. Each row creates or changes what its external id names; an empty cell leaves a field as it is.
   */
  @Post()
  @Requires('imports')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async start(
    @Query() { kind }: StartImportDto,
    @Req() request: FastifyRequest,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ImportStartedDto> {
    return this.imports.start(kind, uploadOf(request), caller, context);
  }

  /** Newest first, each with its progress. */
  @Get()
  @Requires('imports')
  async list(@Query() query: PageDto, @Caller() { programId }: CallerIdentity): Promise<ImportsDto> {
    return this.imports.list(programId, query);
  }

  @Get(':id')
  @Requires('imports')
  async one(
    @Id() id: string,
    @Query() { position }: FreshDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<ImportDto> {
    return this.imports.one(programId, id, position);
  }

  /** The rows of the file that were handled so far, and what became of each. */
  @Get(':id/rows')
  @Requires('imports')
  async rows(
    @Id() id: string,
    @Query() query: ListImportRowsDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<ImportRowsDto> {
    return this.imports.rows(programId, id, query, query);
  }
}
