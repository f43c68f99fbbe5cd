import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleReferral, ids, NaturalKeys } from '@app/application';
import { ReferralNotFound } from '@app/domain/referral';
import {
  Freshness,
  HistoryQueries,
  ReferralQueries,
  type HistoryView,
  type Listing,
  type ReferralPage,
  type ReferralView,
  type Viewer,
} from '@app/read-models';
import { commandResponse } from '../http/command-response.js';
import type { RequestContext } from '../http/command-context.js';
import type { MessageOrderDto } from '../conversations/conversations.requests.dto.js';
import type { PageDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import type { CreateReferralDto, SaveReferralDto } from './referrals.requests.dto.js';
import type { ReferralCreatedDto } from './referrals.view.js';

/** Referrals, for REST and GraphQL. */
@Injectable()
export class ReferralsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly referrals: ReferralQueries,
    private readonly history: HistoryQueries,
    private readonly freshness: Freshness,
    private readonly naturalKeys: NaturalKeys,
  ) {}

  async create(
    { referrerId, referredId, status, externalId }: CreateReferralDto,
    context: RequestContext,
  ): Promise<ReferralCreatedDto> {
    const data = { referrerId, referredId, status: status ?? 'new', externalId: externalId ?? null };
    const { referralId } = await takeRequest(
      this.commands,
      context,
      { kind: 'CreateReferral', body: data },
      async () => ({
        referralId: await this.idFor(context, data.externalId),
      }),
    );
    return {
      referralId,
      ...commandResponse(
        await this.commands.execute(new HandleReferral(referralId, { type: 'CreateReferral', data }, context)),
      ),
    };
  }

  /** Creates the referral with this external id, or changes its status. */
  async save(
    { externalId, referrerExternalId, referredExternalId, status }: SaveReferralDto,
    { id: by }: Viewer,
    context: RequestContext,
  ): Promise<ReferralCreatedDto> {
    const body = {
      externalId,
      referrerExternalId: referrerExternalId ?? null,
      referredExternalId: referredExternalId ?? null,
      status: status ?? null,
    };
    const { referralId } = await takeRequest(this.commands, context, { kind: 'SaveReferral', body }, async () => ({
      referralId: await this.idFor(context, externalId),
    }));
    const intent = { type: 'SaveReferral', data: { ...body, by } } as const;
    return {
      referralId,
      ...commandResponse(await this.commands.execute(new HandleReferral(referralId, intent, context))),
    };
  }

  /** @throws InvalidCursor */
  async list(programId: string, { position, after, limit }: PageDto): Promise<Listing<ReferralView>> {
    return this.freshness.list(programId, position, () => this.referrals.page(programId, after, limit));
  }

  /** @throws ReferralNotFound */
  async one(viewer: Viewer, id: string, position: string | undefined): Promise<ReferralPage> {
    const referral = await this.freshness.at(position, () => this.referrals.details(viewer, id));
    if (!referral) throw new ReferralNotFound();
    return referral;
  }

  /** @throws ReferralNotFound, InvalidCursor */
  async timeline(
    viewer: Viewer,
    id: string,
    { order }: MessageOrderDto,
    { position, after, limit }: PageDto,
  ): Promise<Listing<HistoryView>> {
    return this.freshness.list(viewer.programId, position, async () => {
      if (!(await this.referrals.exists(viewer.programId, id))) throw new ReferralNotFound();
      return this.history.ofReferral(viewer, id, { order, after, limit });
    });
  }

  private async idFor({ programId, commandId }: RequestContext, externalId: string | null): Promise<string> {
    return externalId === null
      ? ids.derivedId(commandId, 'referral')
      : this.naturalKeys.referralByExternalId(programId, externalId);
  }
}
