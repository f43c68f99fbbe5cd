import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { PageDto } from '../http/paging.dto.js';
import { RequestOptInDto } from './consents.requests.dto.js';
import { ConsentsService } from './consents.service.js';
import { ConsentsToRenewDto, OptInRequestedDto } from './consents.view.js';

@ApiTags('consents')
@Controller('v1/consents')
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  /**
   * Submits a consent form: consent becomes Pending, and one text asks for YES. Changes nothing if consent is already
   * Pending or Yes.
   */
  @Post()
  @Requires('consents:write')
  async request(@Body() body: RequestOptInDto, @Context() context: RequestContext): Promise<OptInRequestedDto> {
    return this.consents.request(body, context);
  }

  /** Contacts who said Yes to a number the program no longer texts from, but not yet to the current one. */
  @Get('to-renew')
  @Requires('contacts:read')
  async toRenew(@Query() query: PageDto, @Caller() { programId }: CallerIdentity): Promise<ConsentsToRenewDto> {
    return this.consents.toRenew(programId, query);
  }
}
