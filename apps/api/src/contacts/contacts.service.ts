import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleContact, ids, Lookups } from '@app/application';
import type { CommandContext, Page } from '@app/eventing';
import { ContactNotFound, noDetails, type ContactDetails } from '@app/domain/contact';
import { InvalidRequest } from '@app/platform';
import {
  ContactQueries,
  DeliveryQueries,
  Freshness,
  HistoryQueries,
  InboxQueries,
  type ContactPage,
  type ContactView,
  type ConversationView,
  type DeliveryView,
  type HistoryView,
  type Listing,
  type Viewer,
} from '@app/read-models';
import { commandResponse, type CommandResponse } from '../http/command-response.js';
import type { RequestContext } from '../http/command-context.js';
import type { PageDto } from '../http/paging.dto.js';
import type { MessageOrderDto } from '../conversations/conversations.requests.dto.js';
import { takeRequest } from '../http/take-request.js';
import type { ChangeContactDto, ContactSearchDto, CreateContactDto, SaveContactDto } from './contacts.requests.dto.js';
import type { ContactCreatedDto } from './contacts.view.js';

/** Contacts, for REST and GraphQL. */
@Injectable()
export class ContactsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly contacts: ContactQueries,
    private readonly inbox: InboxQueries,
    private readonly deliveries: DeliveryQueries,
    private readonly history: HistoryQueries,
    private readonly freshness: Freshness,
    private readonly lookups: Lookups,
  ) {}

  /** The contact's id is derived from its external id, or else from its first phone. @throws InvalidRequest */
  async create(body: CreateContactDto, context: RequestContext): Promise<ContactCreatedDto> {
    const details = detailsOf(body);
    const { contactId } = await takeRequest(
      this.commands,
      context,
      { kind: 'CreateContact', body: details },
      async () => ({
        contactId: await this.idFor(context, details),
      }),
    );
    return {
      contactId,
      ...commandResponse(
        await this.commands.execute(new HandleContact(contactId, { type: 'CreateContact', data: details }, context)),
      ),
    };
  }

  /** Creates the contact with this external id, or changes the given fields. */
  async save(body: SaveContactDto, context: RequestContext): Promise<ContactCreatedDto> {
    const { externalId } = body;
    const data = { externalId, changes: given(body) };
    const { contactId } = await takeRequest(this.commands, context, { kind: 'SaveContact', body: data }, async () => ({
      contactId: await this.lookups.naturalKeys.contactByExternalId(context.programId, externalId),
    }));
    const result = await this.commands.execute(new HandleContact(contactId, { type: 'SaveContact', data }, context));
    return { contactId, ...commandResponse(result) };
  }

  /** Changes only the given fields. */
  async change(id: string, body: ChangeContactDto, context: CommandContext): Promise<CommandResponse> {
    const changes = given(body);
    return commandResponse(
      await this.commands.execute(new HandleContact(id, { type: 'ChangeContact', data: { changes } }, context)),
    );
  }

  async find(
    programId: string,
    { search, position }: ContactSearchDto,
    limit: number,
  ): Promise<readonly ContactView[]> {
    return this.freshness.at(position, () => this.contacts.find(programId, search, limit));
  }

  /** @throws ContactNotFound */
  async one(viewer: Viewer, id: string, position: string | undefined): Promise<ContactPage> {
    const contact = await this.freshness.at(position, () => this.contacts.details(viewer, id));
    if (!contact) throw new ContactNotFound();
    return contact;
  }

  /** All conversations of a contact, newest activity first. @throws ContactNotFound, InvalidCursor */
  async conversationsOf(viewer: Viewer, id: string, page: PageDto): Promise<Listing<ConversationView>> {
    return this.list(viewer, id, page, () => this.inbox.page(viewer, { contactId: id }, page.after, page.limit));
  }

  /** All texts and emails to a contact, newest first. @throws ContactNotFound, InvalidCursor */
  async deliveriesTo(viewer: Viewer, id: string, page: PageDto): Promise<Listing<DeliveryView>> {
    return this.list(viewer, id, page, () => this.deliveries.toContact(viewer.programId, id, page));
  }

  /** @throws ContactNotFound, InvalidCursor */
  async historyOf(
    viewer: Viewer,
    id: string,
    { order }: MessageOrderDto,
    page: PageDto,
  ): Promise<Listing<HistoryView>> {
    const { after, limit } = page;
    return this.list(viewer, id, page, () => this.history.ofContact(viewer, id, { order, after, limit }));
  }

  private async list<Row>(
    { programId }: Viewer,
    id: string,
    { position }: PageDto,
    read: () => Promise<Page<Row>>,
  ): Promise<Listing<Row>> {
    return this.freshness.list(programId, position, async () => {
      if (!(await this.contacts.one(programId, id))) throw new ContactNotFound();
      return read();
    });
  }

  private async idFor(
    { programId, commandId }: CommandContext,
    { externalId, phones: [phone] }: ContactDetails,
  ): Promise<string> {
    if (externalId !== null) return this.lookups.naturalKeys.contactByExternalId(programId, externalId);
    const fresh = ids.derivedId(commandId, 'contact');
    return phone === undefined ? fresh : this.lookups.numberContactId(programId, phone, fresh);
  }
}

/** Only the fields that were given. */
function given({
  name,
  phones,
  emails,
  contactType,
  registered,
  active,
  groups,
  homeLocation,
  timeZone: zone,
}: ChangeContactDto): Partial<ContactDetails> {
  const timeZone = zone && ({ name: zone, source: 'stated' } as const);
  const fields = { name, phones, emails, contactType, registered, active, groups, homeLocation, timeZone };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

function detailsOf(dto: CreateContactDto): ContactDetails {
  const details = { ...noDetails, ...given(dto), externalId: dto.externalId ?? null };
  const { name, phones, emails, externalId } = details;
  if ([name, externalId].every((given) => !given) && phones.length + emails.length === 0)
    throw new InvalidRequest([
      { field: 'name', rule: 'atLeastOne', message: 'give at least one of name, phones, emails and externalId' },
    ]);
  return details;
}
