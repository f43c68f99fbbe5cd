import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ConversationStarter, HandleConversation, type ConversationWith } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { ConversationNotFound, labelOf } from '@app/domain/conversation';
import { InvalidRequest, type CallerIdentity } from '@app/platform';
import {
  Freshness,
  InboxQueries,
  ThreadQueries,
  type ConversationView,
  type InboxFilter,
  type Listing,
  type MessageView,
  type ThreadPage,
  type Viewer,
} from '@app/read-models';
import { commandResponse } from '../http/command-response.js';
import type { RequestContext } from '../http/command-context.js';
import type { PageDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import type {
  AddNoteDto,
  ConversationFilterDto,
  MessagePlaceDto,
  SendMessageDto,
  StartConversationDto,
} from './conversations.requests.dto.js';
import type { SentDto, StartedDto } from './conversations.view.js';
import { messageIdIn } from './message-id.js';

/** Conversations, for REST and GraphQL. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly commands: CommandBus,
    private readonly starter: ConversationStarter,
    private readonly inbox: InboxQueries,
    private readonly thread: ThreadQueries,
    private readonly freshness: Freshness,
  ) {}

  async start(
    body: StartConversationDto,
    caller: CallerIdentity,
    context: RequestContext,
  ): Promise<{ readonly started: StartedDto; readonly isNew: boolean }> {
    const whom = withWhom(body);
    const { channel } = body;
    const asked = { ...whom, ...(channel && { channel }) };
    const about = await takeRequest(this.commands, context, { kind: 'StartConversation', body: asked }, () =>
      this.starter.find(whom, context),
    );
    const { conversationId, ...result } = await this.starter.start({ by: caller.id, channel }, whom, about, context);
    return { started: { conversationId, ...commandResponse(result) }, isNew: result.events.length > 0 };
  }

  /** @throws InvalidRequest, InvalidCursor */
  async list(
    viewer: Viewer,
    filter: ConversationFilterDto,
    { position, after, limit }: PageDto,
  ): Promise<Listing<ConversationView>> {
    const chosen = filterOf(viewer, filter);
    return this.freshness.list(viewer.programId, position, () => this.inbox.page(viewer, chosen, after, limit));
  }

  /** @throws ConversationNotFound */
  async one(viewer: Viewer, id: string, position: string | undefined): Promise<ConversationView> {
    const conversation = await this.freshness.at(position, () => this.inbox.one(viewer, id));
    if (!conversation) throw new ConversationNotFound();
    return conversation;
  }

  /**
   * The thread of a conversation that is known to belong to the program.
   * @throws InvalidRequest, InvalidCursor, MessageNotFound
   */
  async messages(
    viewer: Viewer,
    id: string,
    where: MessagePlaceDto,
    { position, after, limit }: PageDto,
  ): Promise<Listing<MessageView>> {
    const page = { ...placeOf(where, after), limit };
    return this.freshness.list(viewer.programId, position, () => this.thread.page(viewer, id, page));
  }

  async send(
    id: string,
    { channel, text, lastSeen }: SendMessageDto,
    { id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<SentDto> {
    const result = await this.commands.execute(
      new HandleConversation(id, { type: 'SendMessage', data: { by, channel, text, lastSeen } }, context),
    );
    return { messageId: messageIdIn(result), ...commandResponse(result) };
  }

  async addNote(
    id: string,
    { text, mentions = [] }: AddNoteDto,
    { id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<SentDto> {
    const result = await this.commands.execute(
      new HandleConversation(id, { type: 'AddNote', data: { by, text, mentions } }, context),
    );
    return { messageId: messageIdIn(result), ...commandResponse(result) };
  }
}

/** @throws InvalidRequest */
function filterOf({ id }: Viewer, { view, ...filter }: ConversationFilterDto): InboxFilter {
  const { folder, contactId, referralId, source, label } = filter;
  if ([folder, contactId, referralId, source, label].filter(Boolean).length > 1)
    throw new InvalidRequest([
      {
        field: 'folder',
        rule: 'atMostOne',
        message: 'give at most one of folder, contactId, referralId, source and label',
      },
    ]);
  if (view !== 'mine') return { ...filter, label: label && labelOf(label) };
  if (contactId ?? referralId ?? source ?? label)
    throw new InvalidRequest([
      { field: 'view', rule: 'onlyWithFolder', message: 'the view mine goes with folder only' },
    ]);
  return { folder, mine: id };
}

/** Where a page of messages is. @throws InvalidRequest when a cursor and a message are given, or two messages */
export function placeOf(
  { order, before, around }: MessagePlaceDto,
  after: string | undefined,
): Omit<ThreadPage, 'limit'> {
  if ([after, before, around].filter((place) => place !== undefined).length > 1)
    throw new InvalidRequest([
      { field: 'after', rule: 'atMostOne', message: 'give at most one of after, before and around' },
    ]);
  return { order, after, before, around };
}

/** @throws InvalidRequest unless exactly one of them is given */
function withWhom({ referralId, contactId, phone, with: side }: StartConversationDto): ConversationWith {
  const given = [referralId, contactId, phone].filter(Boolean);
  if (given.length !== 1 || (side && !referralId))
    throw new InvalidRequest([
      {
        field: 'referralId',
        rule: 'exactlyOne',
        message: 'give exactly one of referralId, contactId and phone; `with` goes with referralId',
      },
    ]);
  if (referralId) return { referralId, side: side ?? 'referrer' };
  return contactId ? { contactId } : { phone: String(phone) };
}
