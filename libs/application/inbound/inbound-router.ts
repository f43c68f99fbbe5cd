import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Aggregates, EventUnreadable, KeyDestroyed } from '@app/eventing';
import { ERASED, opened, type Message, type Open, type Personal, type Recorded } from '@app/kernel';
import { recipientOf } from '@app/domain/address';
import { NotBlocked, type MessageBlocked } from '@app/domain/block';
import { isAwaitingAnswer, keywordOf, type Keyword } from '@app/domain/consent';
import { inboundAggregate, type InboundReceived, type InboundRouted } from '@app/domain/inbound';
import { HandleBlock } from '../block/block.handler.js';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleContact } from '../contact/contact.command.js';
import { HandleInbound } from './inbound.handler.js';
import type { ConversationIntent } from '../conversation/conversation.command.js';
import { causedBy, ids, system } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';
import { ConsentReader } from '../consent/send-gate.js';
import { toConversation } from '../conversation/to-conversation.js';

/** An inbound text whose content can be read. */
type Received = Recorded<Message<'InboundReceived', Open<InboundReceived['data']>>>;

/**
 * Routes an inbound text to its conversation, and updates consent first. The route is decided once and stored, so that
 * a repetition after a crash uses the same route even if the state has changed.
 */
@Injectable()
export class InboundRouter {
  constructor(
    private readonly commands: CommandBus,
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly consents: ConsentReader,
  ) {}

  /**
   * An opt-out takes effect when it is accepted, regardless of automation's progress. The command is the same as in
   * {@link route}, so the second one changes nothing.
   */
  async noteOptOut(accepted: Recorded<InboundReceived>): Promise<void> {
    const event = readable(accepted);
    if (!event) return;
    const { addressId, senderId, from, text } = event.data;
    const { programId, occurredAt } = event.metadata;
    const keyword = keywordOf(text);
    if (keyword?.kind !== 'opt-out') return;
    const contactId = await this.holderOf(programId, addressId, senderId, occurredAt);
    await this.hear(event, contactId ?? (await this.lookups.naturalKeys.contactByPhone(programId, from)), keyword);
  }

  /** `null` also when the contact cannot be determined now: an opt-out is in effect for any owner of the number. */
  private async holderOf(programId: string, addressId: string, senderId: string, at: string): Promise<string | null> {
    try {
      return recipientOf(await this.lookups.address(programId, addressId), senderId, at).contactId;
    } catch (error) {
      if (error instanceof EventUnreadable) return null;
      throw error;
    }
  }

  async route(accepted: Recorded<InboundReceived>): Promise<void> {
    const event = readable(accepted);
    if (!event) return this.hearErased(accepted);
    const { providerMessageId, from, text, senderId, addressId } = event.data;
    const router = system('automation');
    const keyword = keywordOf(text);
    const { contactId, referralId, isNewNumber, asKeyword, blockId } = await this.routeOf(event, keyword);
    const contact = { kind: 'contact', id: contactId } as const;

    if (isNewNumber)
      await this.commands.execute(
        new HandleContact(
          contactId,
          { type: 'NoteNumber', data: { phone: from } },
          causedBy(event, router, 'NoteNumber'),
        ),
      );

    // A keyword that was no answer when it was received does not become one later.
    await this.hear(event, contactId, asKeyword ? keyword : null);

    // A text written before its author was erased is erased too.
    if (await this.lookups.isErased(event.metadata.programId, contactId)) return;
    const context = causedBy(event, contact, 'Receive');
    const message = { text: shownText(event.data), acceptedPosition: event.position, providerMessageId };
    const word = asKeyword && keyword ? keyword.word : null;
    if (blockId && (await this.isKept(event, { ...message, blockId, contactId, referralId, keyword: word }))) return;
    const received = { ...message, receivedBy: { senderId, addressId } };
    const intent: ConversationIntent =
      word !== null
        ? { type: 'ReceiveKeyword', data: { ...received, keyword: word } }
        : { type: 'ReceiveMessage', data: { ...received, channel: 'sms', source: 'text' } };
    await toConversation(this.commands, { contactId, referralId }, intent, {
      context,
      startContext: causedBy(event, router, 'StartConversation'),
      source: 'text',
    });
  }

  /** Keeps the text in its block. @returns `false` when that was lifted meanwhile */
  private async isKept(
    event: Received,
    message: Omit<Open<MessageBlocked['data']>, 'messageId' | 'channel' | 'source'>,
  ): Promise<boolean> {
    const messageId = ids.derivedId(event.eventId, 'blocked message');
    const intent = {
      type: 'NoteBlockedMessage',
      data: { ...message, messageId, channel: 'sms', source: 'text' },
    } as const;
    const context = causedBy(event, { kind: 'contact', id: message.contactId }, 'NoteBlockedMessage');
    try {
      await this.commands.execute(new HandleBlock(message.blockId, intent, context));
      return true;
    } catch (error) {
      if (error instanceof NotBlocked) return false;
      throw error;
    }
  }

  /**
   * A text that became unreadable, because its number was erased between accepting and routing it. It may have been a
   * STOP, so it counts as one. A routed text was handled already.
   */
  private async hearErased(event: Recorded<InboundReceived>): Promise<void> {
    const { state } = await this.aggregates.load(inboundAggregate, event.aggregateId);
    if (state.status !== 'routed') await this.hear(event, event.data.addressId, { kind: 'opt-out', word: '(erased)' });
  }

  private async hear(event: Recorded<InboundReceived>, contactId: string, keyword: Keyword | null): Promise<void> {
    const { providerMessageId, addressId, subjectId, senderId, sentAt } = event.data;
    const accepted = { acceptedPosition: event.position, acceptedAt: event.metadata.occurredAt, sentAt };
    const context = causedBy(event, { kind: 'contact', id: contactId }, 'NoteTextReceived');
    const note = (text: Personal<string>): Promise<unknown> => {
      const intent = {
        type: 'NoteTextReceived',
        data: { addressId, subjectId, senderId, text, providerMessageId, keyword, ...accepted },
      } as const;
      return this.commands.execute(
        new HandleConsent(ids.consent(event.metadata.programId, addressId, senderId), intent, context),
      );
    };
    // An opt-out counts even if its evidence cannot be sealed because the number was erased meanwhile; an opt-in does
    // not.
    await note(event.data.text).catch((error: unknown) => {
      if (!(error instanceof KeyDestroyed)) throw error;
      return keyword?.kind === 'opt-out' ? note(ERASED) : undefined;
    });
  }

  /** The stored route; decides it first if there is none. */
  private async routeOf(event: Received, keyword: Keyword | null): Promise<InboundRouted['data']> {
    const { state } = await this.aggregates.load(inboundAggregate, event.aggregateId);
    if (state.status === 'routed') return state;
    const data = await this.decideRoute(event, keyword);
    await this.commands.execute(
      new HandleInbound(
        event.aggregateId,
        { type: 'RouteInbound', data },
        causedBy(event, system('automation'), 'RouteInbound'),
      ),
    );
    // Another process may have decided meanwhile: the stored route counts, not this one.
    const { state: decided } = await this.aggregates.load(inboundAggregate, event.aggregateId);
    return decided.status === 'routed' ? decided : data;
  }

  private async decideRoute(event: Received, keyword: Keyword | null): Promise<InboundRouted['data']> {
    const { addressId, senderId, from } = event.data;
    const { programId, occurredAt } = event.metadata;
    const recipient = recipientOf(await this.lookups.address(programId, addressId), senderId, occurredAt);
    const contactId =
      recipient.contactId ??
      (await this.lookups.numberContactId(programId, from, ids.derivedId(event.eventId, 'contact')));
    const joined =
      recipient.conversationId === null ? null : await this.lookups.conversation(programId, recipient.conversationId);
    const { consent, refusedSenderId } = await this.consents.read(programId, { addressId, senderId });
    const isAsked =
      refusedSenderId === null && isAwaitingAnswer(consent, { acceptedAt: occurredAt, sentAt: event.data.sentAt });
    const blockId = await this.lookups.block(programId, contactId, addressId);
    return {
      blockId,
      contactId,
      conversationId: await this.lookups.currentConversation(programId, contactId, joined?.referralId ?? null),
      referralId: joined?.referralId ?? null,
      isNewNumber: recipient.contactId === null,
      // YES is a keyword only while an opt-in request is open; otherwise it is ordinary text.
      asKeyword: keyword !== null && (keyword.kind !== 'confirm' || isAsked),
    };
  }
}

function readable(event: Recorded<InboundReceived>): Received | null {
  const data = opened(event.data);
  return data && { ...event, data };
}

/** The text, or a placeholder for a message that has only media. */
function shownText({ text, form }: Received['data']): string {
  const media = Number(form['NumMedia'] ?? '0');
  return text === '' && media > 0 ? `[${media} attachment${media === 1 ? '' : 's'}]` : text;
}
