import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleConversation, HandleReading, Lookups } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { ConversationNotFound } from '@app/domain/conversation';
import type { CallerIdentity } from '@app/platform';
import { CountQueries, Freshness, InboxQueries, ThreadQueries, type Listing, type MessageView } from '@app/read-models';
import type { MessagePlaceDto } from '../conversations/conversations.requests.dto.js';
import { placeOf } from '../conversations/conversations.service.js';
import type { SentDto } from '../conversations/conversations.view.js';
import { messageIdIn } from '../conversations/message-id.js';
import { commandResponse, type CommandResponse } from '../http/command-response.js';
import type { PageDto } from '../http/paging.dto.js';
import { ContactActive } from './contact-active.js';
import type { WritePortalMessageDto } from './portal.requests.dto.js';
import type { PortalConversationDto, PortalCountsDto, PortalMessageDto } from './portal.view.js';

/** Kinds of thread entries that a contact may read; only staff may read the others. */
const shownToContacts: ReadonlySet<MessageView['kind']> = new Set(['message', 'automated', 'keyword'] as const);

/** The portal, for REST and GraphQL: only the contact's own conversations, without a phone number. */
@Injectable()
export class PortalService {
  constructor(
    private readonly commands: CommandBus,
    private readonly contactActive: ContactActive,
    private readonly lookups: Lookups,
    private readonly inbox: InboxQueries,
    private readonly counts: CountQueries,
    private readonly thread: ThreadQueries,
    private readonly freshness: Freshness,
  ) {}

  /** @throws PortalClosed, InvalidCursor */
  async list(caller: CallerIdentity, { position, after, limit }: PageDto): Promise<Listing<PortalConversationDto>> {
    await this.contactActive.check(caller);
    const { programId, id: contactId } = caller;
    return this.freshness.list(programId, position, async () => {
      const { documents, ...page } = await this.inbox.page(caller, { contactId }, after, limit);
      const unread = await this.counts.unreadIn(
        programId,
        documents.map(({ id }) => id),
      );
      return {
        documents: documents.map(({ id, referralId, preview, lastActivityAt }) => ({
          id,
          referralId,
          preview,
          lastActivityAt,
          unread: unread.get(id) ?? 0,
        })),
        ...page,
      };
    });
  }

  /** @throws PortalClosed */
  async badge(caller: CallerIdentity, position: string | undefined): Promise<PortalCountsDto> {
    await this.contactActive.check(caller);
    const { programId, id } = caller;
    return this.freshness.list(programId, position, async () => ({
      unread: await this.counts.unreadOf(programId, id),
    }));
  }

  /** @throws PortalClosed, ConversationNotFound */
  async read(id: string, caller: CallerIdentity, context: CommandContext): Promise<CommandResponse> {
    await this.own(id, caller);
    const reader = { kind: 'contact', id: caller.id } as const;
    return commandResponse(
      await this.commands.execute(new HandleReading(id, { type: 'MoveReadPosition', data: { reader } }, context)),
    );
  }

  /** @throws PortalClosed, ConversationNotFound, InvalidRequest, InvalidCursor, MessageNotFound */
  async messages(
    id: string,
    where: MessagePlaceDto,
    { position, after, limit }: PageDto,
    caller: CallerIdentity,
  ): Promise<Listing<PortalMessageDto>> {
    await this.own(id, caller);
    const { documents, ...page } = await this.freshness.list(caller.programId, position, () =>
      this.thread.page(caller, id, { ...placeOf(where, after), limit }),
    );
    const visible = documents.filter(({ kind }) => shownToContacts.has(kind));
    return {
      documents: visible.map(({ id: messageId, direction, channel, text, at, kind }) => ({
        id: messageId,
        direction,
        channel,
        text,
        at,
        kind,
      })),
      ...page,
    };
  }

  /** @throws PortalClosed, ConversationNotFound */
  async write(
    id: string,
    { text, source }: Pick<WritePortalMessageDto, 'text'> & { readonly source: 'portal' | 'widget' },
    caller: CallerIdentity,
    context: CommandContext,
  ): Promise<SentDto> {
    await this.own(id, caller);
    const result = await this.commands.execute(
      new HandleConversation(id, { type: 'WriteInApp', data: { text, source } }, context),
    );
    return { messageId: messageIdIn(result), ...commandResponse(result) };
  }

  /** Another contact's conversation does not exist for this one. @throws ConversationNotFound */
  private async own(conversationId: string, caller: CallerIdentity): Promise<void> {
    await this.contactActive.check(caller);
    const { contactId, status } = await this.lookups.conversation(caller.programId, conversationId);
    if (contactId !== caller.id || status === 'deleted') throw new ConversationNotFound();
  }
}
