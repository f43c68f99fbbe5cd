import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleContact, LeadFinder, Lookups } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { ConversationWasDeleted } from '@app/domain/conversation';
import { InvalidRequest, type CallerIdentity } from '@app/platform';
import type { ContactCreatedDto } from '../contacts/contacts.view.js';
import { commandResponse } from '../http/command-response.js';
import type { RequestContext } from '../http/command-context.js';
import { takeRequest } from '../http/take-request.js';
import type { CreateLeadDto, SubmitLeadDto } from './leads.requests.dto.js';

/** Leads, for REST and GraphQL. */
@Injectable()
export class LeadsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly finder: LeadFinder,
  ) {}

  /** @throws ConversationNotFound, ConversationWasDeleted, LeadExists */
  async create(
    conversationId: string,
    { firstName, lastName, email }: CreateLeadDto,
    { id: by }: CallerIdentity,
    // `If-Match` names a revision of the conversation, which a lead does not change.
    { expectedRevision: _, ...context }: CommandContext,
  ): Promise<ContactCreatedDto> {
    const { contactId, status } = await this.lookups.conversation(context.programId, conversationId);
    if (status === 'deleted') throw new ConversationWasDeleted();
    const data = { conversationId, firstName, lastName, email, by };
    const result = await this.commands.execute(new HandleContact(contactId, { type: 'CreateLead', data }, context));
    return { contactId, ...commandResponse(result) };
  }

  /** @throws InvalidRequest, ContactWasErased */
  async submit(
    { application, firstName, lastName, ...given }: SubmitLeadDto,
    { id: by }: CallerIdentity,
    context: RequestContext,
  ): Promise<ContactCreatedDto> {
    const { email = null, phone = null }: { email?: string | null; phone?: string | null } = given;
    if (email === null && phone === null)
      throw new InvalidRequest([
        { field: 'email', rule: 'atLeastOne', message: 'give at least one of email and phone' },
      ]);
    const lead = { application, firstName, lastName, email, phone };
    const { contactId } = await takeRequest(this.commands, context, { kind: 'SubmitLead', body: lead }, () =>
      this.finder.find(lead, context),
    );
    const intent = { type: 'SubmitLead', data: { ...lead, by } } as const;
    return {
      contactId,
      ...commandResponse(await this.commands.execute(new HandleContact(contactId, intent, context))),
    };
  }
}
