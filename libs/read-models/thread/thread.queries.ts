import { Injectable } from '@nestjs/common';
import { cursorAt, type Page, type PageRequest } from '@app/eventing';
import { MessageNotFound } from '@app/domain/conversation';
import { deliveriesProjection, messageState, type DeliveryRow } from '../deliveries/deliveries.projection.js';
import { programsProjection } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { readsContent, type Viewer } from '../inbox/inbox.queries.js';
import { threadProjection, type ThreadEntry } from './thread.projection.js';

/** An entry with its current delivery state. */
export type MessageView = Omit<
  ThreadEntry,
  'programId' | 'order' | 'contactId' | 'refusedSenderId' | 'mentions' | 'home' | 'revision'
> & {
  readonly mentions: readonly string[];
  /** The conversation that received it; `null` unless it was moved. */
  readonly movedFrom: string | null;
  readonly state: string;
  /** Description of the failure; for a message that our rules refused or withheld, the rule. */
  readonly reason: string | null;
  readonly errorCode: string | null;
  /** For a message stopped by an opt-out: the program's number that received it. */
  readonly optedOutOf: string | null;
};

/** The conversation that received or sent a message, and the revision of its event there. */
export type MessagePlace = { readonly conversationId: string; readonly revision: number };

/** Where a page of a thread is: by the cursor of another page, or by the id of a message. */
export type ThreadPage = Pick<PageRequest, 'order' | 'after' | 'limit'> & {
  /** The messages before this one. */
  readonly before?: string | undefined;
  /** This message, and as many before it as after it. */
  readonly around?: string | undefined;
};

type Thread = Omit<PageRequest, 'after' | 'limit'> & { readonly programId: string };

@Injectable()
export class ThreadQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** In the order in which messages were accepted. @throws InvalidCursor, MessageNotFound */
  async page(viewer: Viewer, conversationId: string, { order, ...where }: ThreadPage): Promise<Page<MessageView>> {
    const thread = { programId: viewer.programId, index: 'conversation', equals: { conversationId }, order };
    const { documents, ...page } = await this.entries(thread, conversationId, where);
    return { documents: await this.views(viewer, documents), ...page };
  }

  /** Where the event of an entry is; `null` for an unknown entry. */
  async placeOf(programId: string, id: string): Promise<MessagePlace | null> {
    const entry = await this.readModels.one(threadProjection, programId, id);
    return entry?.home === undefined || entry.revision === undefined
      ? null
      : { conversationId: entry.home, revision: entry.revision };
  }

  /** These entries, in any order. */
  async byIds(viewer: Viewer, ids: readonly string[]): Promise<readonly MessageView[]> {
    return this.views(viewer, await this.readModels.get(threadProjection, viewer.programId, ids));
  }

  private async views(viewer: Viewer, documents: readonly ThreadEntry[]): Promise<readonly MessageView[]> {
    const { programId } = viewer;
    const texts = documents.map(({ deliveryId }) => deliveryId).filter((id) => id !== null);
    const deliveries = await this.readModels.get(deliveriesProjection, programId, texts);
    const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
    const refused = (entry: ThreadEntry): string | null =>
      entry.refusedSenderId ?? byId.get(entry.deliveryId ?? '')?.refusedSenderId ?? null;
    const phones = documents.some((entry) => refused(entry) !== null) ? await this.senderPhones(programId) : new Map();
    return documents.map((entry) => ({
      ...view(entry, byId.get(entry.deliveryId ?? '')),
      text: readsContent(viewer) ? entry.text : null,
      optedOutOf: phones.get(refused(entry) ?? '') ?? null,
    }));
  }

  private async entries(
    thread: Thread,
    conversationId: string,
    { after, before, around, limit }: Omit<ThreadPage, 'order'>,
  ): Promise<Page<ThreadEntry>> {
    const read = (cursor: string | undefined, count: number): Promise<Page<ThreadEntry>> =>
      this.readModels.page(threadProjection, { ...thread, after: cursor, limit: count });
    const id = before ?? around;
    if (id === undefined) return read(after, limit);
    const message = await this.readModels.one(threadProjection, thread.programId, id);
    if (message?.conversationId !== conversationId)
      throw new MessageNotFound(before === undefined ? 'around' : 'before');
    const isUpwards = thread.order === 'asc';
    const cursor = (isBackward: boolean): string => cursorAt(threadProjection, thread, message, isBackward);
    if (before !== undefined) return read(cursor(isUpwards), limit);
    const half = Math.max(1, Math.floor((limit - 1) / 2));
    const [former, later] = await Promise.all([read(cursor(true), half), read(cursor(false), half)]);
    return {
      documents: [...former.documents, message, ...later.documents],
      next: later.next,
      previous: former.previous,
    };
  }

  private async senderPhones(programId: string): Promise<ReadonlyMap<string, string>> {
    const programs = await this.readModels.get(programsProjection, programId, [programId]);
    return new Map(programs.flatMap(({ senders }) => senders.map(({ id, phone }) => [id, phone])));
  }
}

function view(entry: ThreadEntry, delivery: DeliveryRow | undefined): Omit<MessageView, 'optedOutOf'> {
  const {
    id,
    conversationId,
    kind,
    direction,
    author,
    channel,
    text,
    assignee,
    mentions = [],
    rule,
    deliveryId,
    at,
    home = conversationId,
  } = entry;
  return {
    id,
    conversationId,
    kind,
    direction,
    author,
    channel,
    text,
    assignee,
    mentions,
    rule,
    deliveryId,
    at,
    movedFrom: home === conversationId ? null : home,
    ...stateOf(entry, delivery),
  };
}

/** The displayed state of an entry, and why it failed. */
export function stateOf(
  { kind, direction, rule, deliveryId }: ThreadEntry,
  delivery: DeliveryRow | undefined,
): Pick<MessageView, 'state' | 'reason' | 'errorCode'> {
  if (kind === 'refusal') return { state: 'refused', reason: rule, errorCode: null };
  if (deliveryId === null) return { state: direction === 'in' ? 'received' : 'posted', reason: null, errorCode: null };
  return {
    state: messageState(delivery),
    reason: delivery?.reason ?? null,
    errorCode: delivery?.attempts.newest?.errorCode ?? null,
  };
}
