import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { ContactCreatedDto } from '../contacts/contacts.view.js';
import { Context, type RequestContext } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { BodyWith, needs } from '../http/some-of.js';
import { CreateLeadDto, SubmitLeadDto } from './leads.requests.dto.js';
import { LeadsService } from './leads.service.js';

@ApiTags('leads')
@Controller('v1')
export class LeadsController {
  constructor(private readonly leads: LeadsService) {}

  /**
   * Makes the person of the conversation, so far only a number, a lead: the contact gets the name and the email. Refused
   * with `LeadExists` when the contact has a name.
   */
  @Post('conversations/:id/lead')
  @Requires('contacts:write')
  async create(
    @Id() id: string,
    @Body() body: CreateLeadDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<ContactCreatedDto> {
    return this.leads.create(id, body, caller, context);
  }

  /**
   * A person gave their details in another application. The owner of the phone number, or else the contact with the
   * email, becomes a lead, and the application is shown with the contact; somebody unknown becomes a new contact. A
   * contact who has a name keeps all details.
   */
  @Post('leads')
  @Requires('contacts:write')
  @BodyWith(SubmitLeadDto, 'anyOf', [needs('email'), needs('phone')])
  async submit(
    @Body() body: SubmitLeadDto,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<ContactCreatedDto> {
    return this.leads.submit(body, caller, context);
  }
}
