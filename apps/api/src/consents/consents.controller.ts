import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { consentTarget, HandleConsent, Lookups } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { ConsentQueries, Freshness } from '@app/read-models';
import { answer } from '../http/answers.js';
import { Context, type RequestContext } from '../http/command-context.js';
import { PageDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import { ConsentsToRenewDto, OptInRequestedDto } from '../views.dto.js';
import { RequestOptInDto } from './consents.requests.dto.js';

@ApiTags('consents')
@Controller('v1/consents')
export class ConsentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly consents: ConsentQueries,
    private readonly freshness: Freshness,
  ) {}

  /** A box was ticked: consent is Pending, and one text asks for YES. Does nothing where consent is Pending or Yes already. */
  @Post()
  @Requires('consents:write')
  async request(@Body() body: RequestOptInDto, @Context() context: RequestContext): Promise<OptInRequestedDto> {
    const { contactId, wording, wordingVersion, source } = body;
    const evidence = { wording, wordingVersion, source, tickedAt: body.tickedAt ?? null };
    const form = {
      contactId,
      phone: body.phone ?? null,
      referralId: body.referralId ?? null,
      purpose: body.purpose ?? 'conversational',
      evidence,
    };
    const { consentId } = await takeRequest(this.commands, context, 'RequestOptIn', form, () =>
      this.target(context, form),
    );
    const intent = { type: 'RequestOptIn', data: form } as const;
    return { consentId, ...answer(await this.commands.execute(new HandleConsent(consentId, intent, context))) };
  }

  /** Who said Yes to a number the program no longer texts from, and not yet to the current one. */
  @Get('to-renew')
  @Requires('contacts:read')
  async toRenew(@Query() query: PageDto, @Caller() { programId }: CallerIdentity): Promise<ConsentsToRenewDto> {
    await this.freshness.reach(query.position, ConsentQueries.reads.toRenew);
    return this.consents.toRenew(programId, query.after, query.limit);
  }

  private async target(
    { programId }: CommandContext,
    form: { contactId: string; phone: string | null },
  ): Promise<{ consentId: string }> {
    const { consentId } = await consentTarget(this.lookups, programId, form);
    return { consentId };
  }
}
