import { Injectable } from '@nestjs/common';
import { Aggregates } from '@app/eventing';
import { unlessErased, type Message, type StreamFold } from '@app/kernel';
import { addressAggregate, sealingSubject, type Address } from '@app/domain/address';
import { blockAggregate } from '@app/domain/block';
import { contactAggregate, ContactNotFound, type Contact } from '@app/domain/contact';
import { conversationAggregate, ConversationNotFound, type Conversation } from '@app/domain/conversation';
import { deliveryAggregate, type Delivery } from '@app/domain/delivery';
import { holdAggregate, type Holds } from '@app/domain/hold';
import { memberAggregate, type Member } from '@app/domain/member';
import { notificationAggregate, type Notification } from '@app/domain/notification';
import { parkedAggregate, type Parked } from '@app/domain/parked';
import { preferenceAggregate, type PersonRef, type Preference } from '@app/domain/preference';
import { programAggregate, ProgramNotFound, type Program, type Sender } from '@app/domain/program';
import { referralAggregate, ReferralNotFound, type Referral } from '@app/domain/referral';
import { ids } from '../commands/ids.js';
import { NaturalKeys } from './natural-keys.js';

type Known<State, Status extends string> = Exclude<State, { status: Status }>;

/** A program that exists. */
export type CreatedProgram = Known<Program, 'none'>;

/** Reads the current state of other aggregates that a decision needs, only those of the caller's program. */
@Injectable()
export class Lookups {
  constructor(
    private readonly aggregates: Aggregates,
    readonly naturalKeys: NaturalKeys,
  ) {}

  /** @throws ProgramNotFound */
  async program(programId: string): Promise<CreatedProgram> {
    const program = await this.load(programAggregate, programId, programId);
    if (!program || program.status === 'none') throw new ProgramNotFound();
    return program;
  }

  /** @throws ContactNotFound */
  async contact(programId: string, contactId: string): Promise<Known<Contact, 'none'>> {
    const contact = await this.load(contactAggregate, contactId, programId);
    if (!contact || contact.status === 'none') throw new ContactNotFound();
    return contact;
  }

  async isErased(programId: string, contactId: string): Promise<boolean> {
    return (await this.load(contactAggregate, contactId, programId))?.status === 'erased';
  }

  async isRemoved(programId: string, contactId: string): Promise<boolean> {
    const contact = await this.load(contactAggregate, contactId, programId);
    return contact !== null && contact.status !== 'none' && contact.isRemoved;
  }

  /**
   * Contact id for a bare number: derived from the number, or `otherwise` if the contact with the derived id has
   * another number by now.
   */
  async numberContactId(programId: string, phone: string, otherwise: string): Promise<string> {
    const id = await this.naturalKeys.contactByPhone(programId, phone);
    return (await this.has(programId, id, { phones: phone })) ? id : otherwise;
  }

  /** The same for an email address. */
  async emailContactId(programId: string, email: string, otherwise: string): Promise<string> {
    const id = await this.naturalKeys.contactByEmail(programId, email);
    return (await this.has(programId, id, { emails: email })) ? id : otherwise;
  }

  /** Whether a contact has this phone or email; true when there is no such contact yet. */
  private async has(
    programId: string,
    contactId: string,
    { phones, emails }: { readonly phones?: string; readonly emails?: string },
  ): Promise<boolean> {
    const contact = await this.load(contactAggregate, contactId, programId);
    if (!contact || contact.status === 'none') return true;
    return phones === undefined
      ? unlessErased(contact.emails, []).some((email) => email.toLowerCase() === emails?.toLowerCase())
      : unlessErased(contact.phones, []).includes(phones);
  }

  /** @throws ReferralNotFound */
  async referral(programId: string, referralId: string): Promise<Known<Referral, 'none'>> {
    const referral = await this.load(referralAggregate, referralId, programId);
    if (!referral || referral.status === 'none') throw new ReferralNotFound();
    return referral;
  }

  /** @throws ConversationNotFound */
  async conversation(programId: string, conversationId: string): Promise<Known<Conversation, 'not-started'>> {
    const conversation = await this.load(conversationAggregate, conversationId, programId);
    if (!conversation || conversation.status === 'not-started') throw new ConversationNotFound();
    return conversation;
  }

  /**
   * Id of the contact's conversation about the referral, or the general one: the first that was not deleted, started or
   * not.
   */
  async currentConversation(programId: string, contactId: string, referralId: string | null): Promise<string> {
    for (let incarnation = 0; ; incarnation += 1) {
      const id = ids.conversation(programId, contactId, referralId, incarnation);
      const conversation = await this.load(conversationAggregate, id, programId);
      if (conversation?.status !== 'deleted') return id;
    }
  }

  /** The subject whose key currently seals content from this address. */
  async sealingSubject(programId: string, addressId: string): Promise<string> {
    return sealingSubject(addressId, (await this.address(programId, addressId)).erasures);
  }

  async address(programId: string, addressId: string): Promise<Address> {
    return (await this.load(addressAggregate, addressId, programId)) ?? addressAggregate.initialState;
  }

  async delivery(programId: string, deliveryId: string): Promise<Delivery> {
    return (await this.load(deliveryAggregate, deliveryId, programId)) ?? deliveryAggregate.initialState;
  }

  /** The delivery as cached by this process, which may be outdated; read if it is not cached. */
  async knownDelivery(programId: string, deliveryId: string): Promise<Delivery> {
    const { state, programId: owner } = this.aggregates.remembered(deliveryAggregate, deliveryId);
    return owner === programId ? state : this.delivery(programId, deliveryId);
  }

  /** The block of a contact, or of a number, that is in force; `null` when there is none. */
  async block(programId: string, ...ids: readonly string[]): Promise<string | null> {
    const blocks = await Promise.all(ids.map((id) => this.load(blockAggregate, id, programId)));
    return ids.find((_, index) => blocks[index]?.status === 'blocked') ?? null;
  }

  /** What the program may not send at present. */
  async holds(programId: string): Promise<Holds> {
    return (await this.load(holdAggregate, programId, programId)) ?? holdAggregate.initialState;
  }

  /** `null` for a person who is not a member of staff. */
  async member(programId: string, userId: string): Promise<Known<Member, 'none' | 'removed'> | null> {
    const member = await this.load(memberAggregate, ids.member(programId, userId), programId);
    return member?.status === 'member' ? member : null;
  }

  async notification(programId: string, messageId: string): Promise<Notification> {
    return (await this.load(notificationAggregate, messageId, programId)) ?? notificationAggregate.initialState;
  }

  /** How a person wants to be notified. */
  async preference(programId: string, person: PersonRef): Promise<Preference> {
    const id = ids.preference(programId, person);
    return (await this.load(preferenceAggregate, id, programId)) ?? preferenceAggregate.initialState;
  }

  /** `null` if nothing was ever parked. */
  async parked(programId: string, parkedId: string): Promise<Parked | null> {
    return this.load(parkedAggregate, parkedId, programId);
  }

  /** An aggregate's state; `null` if the stream is empty or belongs to another program. */
  async load<State, Event extends Message>(
    aggregate: StreamFold<State, never, Event>,
    id: string,
    programId: string,
  ): Promise<State | null> {
    const folded = await this.aggregates.load(aggregate, id);
    return folded.programId === programId ? folded.state : null;
  }
}

/** The number a program currently texts from; consent belongs to it. */
export const currentSender = (program: CreatedProgram): Sender | null => program.senders.at(-1) ?? null;
