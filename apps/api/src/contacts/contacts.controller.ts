import { Body, Controller, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { CommandDto } from '../http/command.view.js';
import { Id } from '../http/id-param.js';
import { HistoryDto } from '../http/history.view.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { PlainRoutes } from '../http/plain-commands.js';
import { BodyWith, needs, needsSome } from '../http/some-of.js';
import { contactCommands } from './contacts.commands.js';
import { ChangeContactDto, CreateContactDto, FindContactsDto, SaveContactDto } from './contacts.requests.dto.js';
import { ConversationsDto } from '../conversations/conversations.view.js';
import { DeliveriesDto } from '../deliveries/deliveries.view.js';
import { HistoryPageDto } from '../referrals/referrals.requests.dto.js';
import { ContactsService } from './contacts.service.js';
import { ContactCreatedDto, ContactPageDto, ContactsDto } from './contacts.view.js';

@ApiTags('contacts')
@PlainRoutes(contactCommands)
@Controller('v1/contacts')
export class ContactsController {
  constructor(
    readonly commands: CommandBus,
    private readonly contacts: ContactsService,
  ) {}

  /**
   * The contact's id is derived from its external id, or else from its first phone number, so the same contact cannot
   * be created twice.
   */
  @Post()
  @Requires('contacts:write')
  @BodyWith(CreateContactDto, 'anyOf', [needs('name'), needsSome('phones'), needsSome('emails'), needs('externalId')])
  async create(@Body() body: CreateContactDto, @Context() context: RequestContext): Promise<ContactCreatedDto> {
    return this.contacts.create(body, context);
  }

  /**
   * Creates the contact with this external id, or changes the given fields. The same again changes nothing.
   */
  @Put()
  @Requires('contacts:write')
  async save(@Body() body: SaveContactDto, @Context() context: RequestContext): Promise<ContactCreatedDto> {
    return this.contacts.save(body, context);
  }

  /** Changes only the given fields. */
  @Patch(':id')
  @Requires('contacts:write')
  async change(
    @Id() id: string,
    @Body() body: ChangeContactDto,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.contacts.change(id, body, context);
  }

  /** Searches by the start of a name, phone number, email, external id, or our id. */
  @Get()
  @Requires('contacts:read')
  async find(@Query() query: FindContactsDto, @Caller() { programId }: CallerIdentity): Promise<ContactsDto> {
    return { documents: await this.contacts.find(programId, query, query.limit) };
  }

  /** The contact's page: details, consent, conversations. */
  @Get(':id')
  @Requires('contacts:read')
  async one(
    @Id() id: string,
    @Query() { position }: FreshDto,
    @Caller() caller: CallerIdentity,
  ): Promise<ContactPageDto> {
    return this.contacts.one(caller, id, position);
  }

  /** All conversations of the contact, newest activity first. */
  @Get(':id/conversations')
  @Requires('contacts:read', 'conversations:read')
  async conversations(
    @Id() id: string,
    @Query() query: PageDto,
    @Caller() caller: CallerIdentity,
  ): Promise<ConversationsDto> {
    return this.contacts.conversationsOf(caller, id, query);
  }

  /** All texts and emails to the contact, and what became of them, newest first. */
  @Get(':id/deliveries')
  @Requires('contacts:read', 'deliveries:read')
  async deliveries(
    @Id() id: string,
    @Query() query: PageDto,
    @Caller() caller: CallerIdentity,
  ): Promise<DeliveriesDto> {
    return this.contacts.deliveriesTo(caller, id, query);
  }

  /** Messages, forms, changes of the contact, and the referrals of either side, in one order. */
  @Get(':id/history')
  @Requires('contacts:read', 'conversations:read')
  async history(
    @Id() id: string,
    @Query() query: HistoryPageDto,
    @Caller() caller: CallerIdentity,
  ): Promise<HistoryDto> {
    return this.contacts.historyOf(caller, id, query, query);
  }
}
