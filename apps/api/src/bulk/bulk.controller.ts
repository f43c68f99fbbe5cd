import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { BodyWith, needs } from '../http/some-of.js';
import { BulkDto } from './bulk.requests.dto.js';
import { BulkService } from './bulk.service.js';
import { BulkJobDto, BulkPayload, BulkResultsDto } from './bulk.view.js';

@ApiTags('conversations')
@Controller('v1')
export class BulkController {
  constructor(private readonly bulk: BulkService) {}

  /** Archives or unarchives many conversations: those given by ids at once, all of a list by a job in the background. */
  @Post('conversations/bulk')
  @Requires('conversations:bulk')
  @BodyWith(BulkDto, 'oneOf', [
    { ...needs('ids'), not: { anyOf: [needs('view'), needs('folder')] } },
    needs('position'),
  ])
  async run(
    @Body() body: BulkDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkPayload> {
    const started = await this.bulk.run(body, caller, context);
    void reply.status(started.jobId === null ? 200 : 202);
    return started;
  }

  /** How far a bulk action in the background is. */
  @Get('bulk-jobs/:id')
  @Requires('conversations:bulk')
  async job(
    @Id() id: string,
    @Query() { position }: FreshDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<BulkJobDto> {
    return this.bulk.job(programId, id, position);
  }

  /** The result of each conversation that was handled so far. */
  @Get('bulk-jobs/:id/results')
  @Requires('conversations:bulk')
  async results(
    @Id() id: string,
    @Query() query: PageDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<BulkResultsDto> {
    await this.bulk.job(programId, id, query.position);
    return this.bulk.results(programId, id, query);
  }
}
