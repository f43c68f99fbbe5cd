import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '@app/eventing';
import { deliveriesProjection, messageState, type DeliveryRow } from '../deliveries/deliveries.projection.js';
import { programsProjection } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { readsContent, type Viewer } from '../inbox/inbox.queries.js';
import { threadProjection, type ThreadEntry } from './thread.projection.js';

/** An entry with its current delivery state. */
export type MessageView = Omit<ThreadEntry, 'programId' | 'order' | 'contactId' | 'refusedSenderId'> & {
  readonly state: string;
  /** Description of the failure; for a message that our rules refused or withheld, the rule. */
  readonly reason: string | null;
  readonly errorCode: string | null;
  /** For a message stopped by an opt-out: the program's number that received it. */
  readonly optedOutOf: string | null;
};

@Injectable()
export class ThreadQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** In the order in which messages were accepted. @throws InvalidCursor */
  async page(
    viewer: Viewer,
    conversationId: string,
    request: Pick<PageRequest, 'order' | 'after' | 'limit'>,
  ): Promise<Page<MessageView>> {
    const { programId } = viewer;
    const list = { programId, index: 'conversation', equals: { conversationId }, ...request };
    const { documents, next } = await this.readModels.page(threadProjection, list);
    const texts = documents.map(({ deliveryId }) => deliveryId).filter((id) => id !== null);
    const deliveries = await this.readModels.get(deliveriesProjection, programId, texts);
    const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
    const refused = (entry: ThreadEntry): string | null =>
      entry.refusedSenderId ?? byId.get(entry.deliveryId ?? '')?.refusedSenderId ?? null;
    const phones = documents.some((entry) => refused(entry) !== null) ? await this.senderPhones(programId) : new Map();
    return {
      documents: documents.map((entry) => ({
        ...view(entry, byId.get(entry.deliveryId ?? '')),
        text: readsContent(viewer) ? entry.text : null,
        optedOutOf: phones.get(refused(entry) ?? '') ?? null,
      })),
      next,
    };
  }

  private async senderPhones(programId: string): Promise<ReadonlyMap<string, string>> {
    const programs = await this.readModels.get(programsProjection, programId, [programId]);
    return new Map(programs.flatMap(({ senders }) => senders.map(({ id, phone }) => [id, phone])));
  }
}

function view(entry: ThreadEntry, delivery: DeliveryRow | undefined): Omit<MessageView, 'optedOutOf'> {
  const { id, conversationId, kind, direction, author, channel, text, assignee, rule, deliveryId, at } = entry;
  return {
    id,
    conversationId,
    kind,
    direction,
    author,
    channel,
    text,
    assignee,
    rule,
    deliveryId,
    at,
    ...stateOf(entry, delivery),
  };
}

function stateOf(
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
