import { CommandBus } from '@nestjs/cqrs';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { HistoryConnection } from '../http/history.view.js';
import { connection } from '../http/page.view.js';
import { OneArgs } from '../http/paging.dto.js';
import { PlainMutations } from '../http/plain-commands.js';
import { contactCommands } from './contacts.commands.js';
import {
  ChangeContactInput,
  ContactInput,
  ContactListArgs,
  SaveContactInput,
  ContactsArgs,
  CreateContactInput,
} from './contacts.requests.dto.js';
import { ConversationConnection } from '../conversations/conversations.view.js';
import { DeliveryConnection } from '../deliveries/deliveries.view.js';
import { HistoryArgs } from '../referrals/referrals.requests.dto.js';
import { ContactsService } from './contacts.service.js';
import { ContactCreatedDto, ContactDto, ContactPageDto } from './contacts.view.js';

@PlainMutations(contactCommands, ContactInput, ContactCreatedDto)
@Resolver()
export class ContactsResolver {
  constructor(
    readonly commands: CommandBus,
    private readonly service: ContactsService,
  ) {}

  @Query(() => [ContactDto], {
    description: 'Searches by the start of a name, phone number, email, external id, or our id.',
  })
  @Requires('contacts:read')
  async contacts(@Args() args: ContactsArgs, @Caller() { programId }: CallerIdentity): Promise<readonly ContactDto[]> {
    return this.service.find(programId, args, args.first);
  }

  @Query(() => ContactPageDto, {
    description: 'The contact’s page: details, consent, and the latest 50 conversations.',
  })
  @Requires('contacts:read')
  async contact(@Args() { id, position }: OneArgs, @Caller() caller: CallerIdentity): Promise<ContactPageDto> {
    return this.service.one(caller, id, position);
  }

  @Query(() => ConversationConnection, { description: 'All conversations of the contact, newest activity first.' })
  @Requires('contacts:read', 'conversations:read')
  async contactConversations(
    @Args() args: ContactListArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof ConversationConnection>> {
    return connection(await this.service.conversationsOf(caller, args.id, { ...args, limit: args.first }));
  }

  @Query(() => DeliveryConnection, {
    description: 'All texts and emails to the contact, and what became of them, newest first.',
  })
  @Requires('contacts:read', 'deliveries:read')
  async contactDeliveries(
    @Args() args: ContactListArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof DeliveryConnection>> {
    return connection(await this.service.deliveriesTo(caller, args.id, { ...args, limit: args.first }));
  }

  @Query(() => HistoryConnection, {
    description: 'Messages, forms, changes of the contact, and the referrals of either side, in one order.',
  })
  @Requires('contacts:read', 'conversations:read')
  async contactHistory(
    @Args() args: HistoryArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof HistoryConnection>> {
    return connection(await this.service.historyOf(caller, args.id, args, { ...args, limit: args.first }));
  }

  @Mutation(() => ContactCreatedDto, {
    description:
      'The contact’s id is derived from its external id, or else from its first phone number, so the same contact cannot be created twice.',
  })
  @Requires('contacts:write')
  async createContact(
    @Args('input') input: CreateContactInput,
    @Context() context: RequestContext,
  ): Promise<ContactCreatedDto> {
    return this.service.create(input, context);
  }

  @Mutation(() => ContactCreatedDto, {
    description:
      'Creates the contact with this external id, or changes the given fields. The same again changes nothing.',
  })
  @Requires('contacts:write')
  async saveContact(
    @Args('input') input: SaveContactInput,
    @Context() context: RequestContext,
  ): Promise<ContactCreatedDto> {
    return this.service.save(input, context);
  }

  @Mutation(() => ContactCreatedDto, { description: 'Changes only the given fields.' })
  @Requires('contacts:write')
  async changeContact(
    @Args('input') input: ChangeContactInput,
    @Context() context: CommandContext,
  ): Promise<ContactCreatedDto> {
    const { contactId } = input;
    return { contactId, ...(await this.service.change(contactId, input, context)) };
  }
}
