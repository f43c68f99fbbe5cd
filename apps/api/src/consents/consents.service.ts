import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { consentTarget, HandleConsent, Lookups } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { ConsentQueries, Freshness, type Listing, type ConsentToRenew } from '@app/read-models';
import { commandResponse } from '../http/command-response.js';
import type { RequestContext } from '../http/command-context.js';
import type { PageDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import type { RequestOptInDto } from './consents.requests.dto.js';
import type { OptInRequestedDto } from './consents.view.js';

/** Consents, for REST and GraphQL. */
@Injectable()
export class ConsentsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly consents: ConsentQueries,
    private readonly freshness: Freshness,
  ) {}

  async request(body: RequestOptInDto, context: RequestContext): Promise<OptInRequestedDto> {
    const { contactId, wording, wordingVersion, source } = body;
    const evidence = { wording, wordingVersion, source, tickedAt: body.tickedAt ?? null };
    const form = {
      contactId,
      phone: body.phone ?? null,
      referralId: body.referralId ?? null,
      purpose: body.purpose ?? 'conversational',
      evidence,
    };
    const { consentId } = await takeRequest(this.commands, context, { kind: 'RequestOptIn', body: form }, () =>
      this.target(context, form),
    );
    const intent = { type: 'RequestOptIn', data: form } as const;
    return {
      consentId,
      ...commandResponse(await this.commands.execute(new HandleConsent(consentId, intent, context))),
    };
  }

  /** @throws InvalidCursor */
  async toRenew(programId: string, { position, after, limit }: PageDto): Promise<Listing<ConsentToRenew>> {
    return this.freshness.list(programId, position, () => this.consents.toRenew(programId, after, limit));
  }

  private async target(
    { programId }: CommandContext,
    form: { contactId: string; phone: string | null },
  ): Promise<{ consentId: string }> {
    const { consentId } = await consentTarget(this.lookups, programId, form);
    return { consentId };
  }
}
