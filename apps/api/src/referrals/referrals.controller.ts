import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { HandleReferral, ids, NaturalKeys } from '@app/application';
import { ReferralNotFound } from '@app/domain/referral';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Freshness, ReferralQueries } from '@app/read-models';
import { answer } from '../http/answers.js';
import { Context, type RequestContext } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import { ReferralCreatedDto, ReferralPageDto, ReferralsDto } from '../views.dto.js';
import { CreateReferralDto } from './referrals.dto.js';

@ApiTags('referrals')
@Controller('v1/referrals')
export class ReferralsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly referrals: ReferralQueries,
    private readonly freshness: Freshness,
    private readonly naturalKeys: NaturalKeys,
  ) {}

  @Post()
  @Requires('referrals:write')
  async create(
    @Body() { referrerId, referredId, status, externalId }: CreateReferralDto,
    @Context() context: RequestContext,
  ): Promise<ReferralCreatedDto> {
    const data = { referrerId, referredId, status: status ?? 'new', externalId: externalId ?? null };
    const { referralId } = await takeRequest(this.commands, context, 'CreateReferral', data, async () => ({
      referralId: await this.idFor(context, data.externalId),
    }));
    return {
      referralId,
      ...answer(await this.commands.execute(new HandleReferral(referralId, { type: 'CreateReferral', data }, context))),
    };
  }

  private async idFor({ programId, commandId }: RequestContext, externalId: string | null): Promise<string> {
    return externalId === null
      ? ids.madeBy(commandId, 'referral')
      : this.naturalKeys.referralByExternalId(programId, externalId);
  }

  /** Newest first, each with the flag that a conversation is open. */
  @Get()
  @Requires('referrals:read')
  async list(@Query() query: PageDto, @Caller() { programId }: CallerIdentity): Promise<ReferralsDto> {
    await this.freshness.reach(query.position, ReferralQueries.reads.list);
    return this.referrals.list(programId, query.after, query.limit);
  }

  /** The referral's page: both sides, the flag, and its conversations. */
  @Get(':id')
  @Requires('referrals:read')
  async one(
    @Id() id: string,
    @Query() query: FreshDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<ReferralPageDto> {
    await this.freshness.reach(query.position, ReferralQueries.reads.page);
    const referral = await this.referrals.page(programId, id);
    if (!referral) throw new ReferralNotFound();
    return referral;
  }
}
