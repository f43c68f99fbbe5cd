import { Body, Controller, Get, Post, Put, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { HistoryDto } from '../http/history.view.js';
import { Id } from '../http/id-param.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { PlainRoutes } from '../http/plain-commands.js';
import { referralCommands } from './referrals.commands.js';
import { CreateReferralDto, HistoryPageDto, SaveReferralDto } from './referrals.requests.dto.js';
import { ReferralsService } from './referrals.service.js';
import { ReferralCreatedDto, ReferralPageDto, ReferralsDto } from './referrals.view.js';

@ApiTags('referrals')
@PlainRoutes(referralCommands)
@Controller('v1/referrals')
export class ReferralsController {
  constructor(
    readonly commands: CommandBus,
    private readonly referrals: ReferralsService,
  ) {}

  @Post()
  @Requires('referrals:write')
  async create(@Body() body: CreateReferralDto, @Context() context: RequestContext): Promise<ReferralCreatedDto> {
    return this.referrals.create(body, context);
  }

  /**
   * Creates the referral with this external id, or changes its status. The same again changes nothing.
   */
  @Put()
  @Requires('referrals:write')
  async save(
    @Body() body: SaveReferralDto,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<ReferralCreatedDto> {
    return this.referrals.save(body, caller, context);
  }

  /** Newest first, each with a flag for an open conversation. */
  @Get()
  @Requires('referrals:read')
  async list(@Query() query: PageDto, @Caller() { programId }: CallerIdentity): Promise<ReferralsDto> {
    return this.referrals.list(programId, query);
  }

  /** The referral's page: both sides, the flag, and its conversations. */
  @Get(':id')
  @Requires('referrals:read')
  async one(
    @Id() id: string,
    @Query() { position }: FreshDto,
    @Caller() caller: CallerIdentity,
  ): Promise<ReferralPageDto> {
    return this.referrals.one(caller, id, position);
  }

  /** Its history since it was referred: changes of its status and messages about it, in one order. */
  @Get(':id/timeline')
  @Requires('referrals:read', 'conversations:read')
  async timeline(
    @Id() id: string,
    @Query() query: HistoryPageDto,
    @Caller() caller: CallerIdentity,
  ): Promise<HistoryDto> {
    return this.referrals.timeline(caller, id, query, query);
  }
}
