import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { HandleContact, ids, Lookups } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { ContactNotFound, type ContactDetails } from '@app/domain/contact';
import { Caller, InvalidRequest, Requires, type CallerIdentity } from '@app/platform';
import { ContactQueries, Freshness } from '@app/read-models';
import { answer } from '../http/answers.js';
import { Context, type RequestContext } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { FreshDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import { CommandDto } from '../http/command.view.js';
import { ContactCreatedDto, ContactPageDto, ContactsDto } from '../views.dto.js';
import { ChangeContactDto, CreateContactDto, FindContactsDto } from './contacts.dto.js';

@ApiTags('contacts')
@Controller('v1/contacts')
export class ContactsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly contacts: ContactQueries,
    private readonly freshness: Freshness,
    private readonly lookups: Lookups,
  ) {}

  /** The contact's id follows from its external id, else from its first phone: the same one cannot be made twice. */
  @Post()
  @Requires('contacts:write')
  async create(@Body() body: CreateContactDto, @Context() context: RequestContext): Promise<ContactCreatedDto> {
    const details = detailsOf(body);
    const { contactId } = await takeRequest(this.commands, context, 'CreateContact', details, async () => ({
      contactId: await this.idFor(context, details),
    }));
    return {
      contactId,
      ...answer(
        await this.commands.execute(new HandleContact(contactId, { type: 'CreateContact', data: details }, context)),
      ),
    };
  }

  private async idFor(
    { programId, commandId }: CommandContext,
    { externalId, phones: [phone] }: ContactDetails,
  ): Promise<string> {
    if (externalId !== null) return this.lookups.naturalKeys.contactByExternalId(programId, externalId);
    const fresh = ids.madeBy(commandId, 'contact');
    return phone === undefined ? fresh : this.lookups.numberContactId(programId, phone, fresh);
  }

  /** Changes the fields that are given. */
  @Patch(':id')
  @Requires('contacts:write')
  async change(
    @Id() id: string,
    @Body() body: ChangeContactDto,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    const { name, phones, emails, contactType, registered, active } = body;
    const changes = Object.fromEntries(
      Object.entries({ name, phones, emails, contactType, registered, active }).filter(
        ([, value]) => value !== undefined && value !== null,
      ),
    );
    return answer(
      await this.commands.execute(new HandleContact(id, { type: 'ChangeContact', data: { changes } }, context)),
    );
  }

  /** By the beginning of a name, phone, email, external id, or our id. */
  @Get()
  @Requires('contacts:read')
  async find(@Query() query: FindContactsDto, @Caller() { programId }: CallerIdentity): Promise<ContactsDto> {
    await this.freshness.reach(query.position, ContactQueries.reads.find);
    return { documents: await this.contacts.find(programId, query.search, query.limit) };
  }

  /** The contact's page: details, consent, conversations. */
  @Get(':id')
  @Requires('contacts:read')
  async one(
    @Id() id: string,
    @Query() query: FreshDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<ContactPageDto> {
    await this.freshness.reach(query.position, ContactQueries.reads.page);
    const contact = await this.contacts.page(programId, id);
    if (!contact) throw new ContactNotFound();
    return contact;
  }
}

function detailsOf({
  name,
  phones,
  emails,
  externalId,
  contactType,
  registered,
  active,
}: CreateContactDto): ContactDetails {
  if (!name && !phones?.length && !emails?.length && !externalId)
    throw new InvalidRequest([
      { field: 'name', rule: 'atLeastOne', message: 'give at least one of name, phones, emails and externalId' },
    ]);
  return {
    name: name ?? null,
    phones: phones ?? [],
    emails: emails ?? [],
    externalId: externalId ?? null,
    contactType: contactType ?? 'unknown',
    registered: registered ?? false,
    active: active ?? true,
  };
}
