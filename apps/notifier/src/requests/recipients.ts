import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleNotification, KeyMustWait, Lookups } from '@app/application';
import { Progress } from '@app/eventing';
import {
  isAlertedOfUnassigned,
  mayGetTexts,
  unlessErased,
  type Permitted,
  type Position,
  type Recorded,
} from '@app/kernel';
import { concernedStaff, type ConversationEvent } from '@app/domain/conversation';
import { isMuted, muteAggregate } from '@app/domain/mute';
import type { NotifiedPerson } from '@app/domain/notification';
import { MemberQueries, membersProjection } from '@app/read-models';
import { notifierContext } from '../notifier-context.js';
import type { MessageEvent } from './recorded-messages.js';

type Recipient = Permitted & { readonly userId: string };

const LONGEST_WAIT_MS = 1_000;

/** Decides once for each message who gets an email about it. */
@Injectable()
export class Recipients {
  /** The read model of the staff was behind when it was last needed. Then later messages do not wait for it. */
  private isBehind = false;

  constructor(
    private readonly commands: CommandBus,
    private readonly progress: Progress,
    private readonly lookups: Lookups,
    private readonly members: MemberQueries,
  ) {}

  /** Of a message that staff sent in the app. */
  async contactOf(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<readonly NotifiedPerson[]> {
    return notifiedContact(source) ?? this.decidedOnce(event, () => this.contactWithEmail(event));
  }

  /** Of a message that the contact sent in the app. @throws StaffNotKnownYet */
  async staffOf(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<readonly NotifiedPerson[]> {
    return this.decidedOnce(event, () => this.concernedStaff(event, source));
  }

  /** `null` when it is not decided yet. */
  async decided(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<readonly NotifiedPerson[] | null> {
    return notifiedContact(source) ?? this.stored(event);
  }

  private async decidedOnce(
    event: MessageEvent,
    decide: () => Promise<readonly NotifiedPerson[]>,
  ): Promise<readonly NotifiedPerson[]> {
    return (await this.stored(event)) ?? (await this.store(event, await decide())) ?? (await this.stored(event)) ?? [];
  }

  private async stored({ programId, messageId }: MessageEvent): Promise<readonly NotifiedPerson[] | null> {
    return (await this.lookups.notification(programId, messageId)).people;
  }

  /** @returns `null` when another process has decided meanwhile */
  private async store(
    { programId, messageId, conversationId }: MessageEvent,
    people: readonly NotifiedPerson[],
  ): Promise<readonly NotifiedPerson[] | null> {
    const intent = { type: 'DecideNotification', data: { messageId, conversationId, people } } as const;
    const { events } = await this.commands.execute(
      new HandleNotification(messageId, intent, notifierContext(programId)),
    );
    return events.length > 0 ? people : null;
  }

  private async contactWithEmail({ programId, contactId }: MessageEvent): Promise<NotifiedPerson[]> {
    const { emails } = await this.lookups.contact(programId, contactId);
    return unlessErased(emails, []).length > 0 ? [{ kind: 'contact', id: contactId }] : [];
  }

  /** The assigned staff; owners and managers for a conversation without any who may read it. @throws StaffNotKnownYet */
  private async concernedStaff(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<NotifiedPerson[]> {
    const { programId, conversationId } = event;
    const conversation = await this.lookups.conversation(programId, conversationId);
    if (conversation.status === 'deleted') return [];
    // Read from the members' events, so that these emails do not wait for a read model.
    const concerned = (
      await Promise.all(concernedStaff(conversation).map((userId) => this.lookups.member(programId, userId)))
    )
      .filter((member) => member !== null)
      .filter(mayGetTexts);
    const staff = concerned.length > 0 ? concerned : await this.ownersAndManagers(programId, source.position);
    // The email contains the text.
    const readers = (await this.withAlerts(event, staff)).filter(mayGetTexts);
    return readers.map(({ userId }) => ({ kind: 'member', id: userId }));
  }

  /** Leaves out staff who muted the conversation, and adds other members who want its alerts. */
  private async withAlerts(
    { programId, conversationId, occurredAt }: MessageEvent,
    staff: readonly Recipient[],
  ): Promise<readonly Recipient[]> {
    const choices = (await this.lookups.load(muteAggregate, conversationId, programId))?.choices ?? {};
    const others = Object.keys(choices).filter(
      (userId) => !staff.some((member) => member.userId === userId) && !isMuted(choices[userId], false, occurredAt),
    );
    const added = await Promise.all(others.map((userId) => this.lookups.member(programId, userId)));
    return [
      ...staff.filter(({ userId }) => !isMuted(choices[userId], true, occurredAt)),
      ...added.filter((member) => member !== null),
    ];
  }

  /** The read model may be behind, or empty during a rebuild: then the message waits, so that nobody is left out. */
  private async ownersAndManagers(programId: string, position: Position): Promise<readonly Recipient[]> {
    const longest = this.isBehind ? 0 : LONGEST_WAIT_MS;
    this.isBehind = !(await this.progress.waitFor(membersProjection, position, longest, programId));
    if (this.isBehind) throw new StaffNotKnownYet();
    return (await this.members.all(programId)).filter(({ role }) => isAlertedOfUnassigned(role));
  }
}

/** What the message itself says about an email to the contact; `null` where it says nothing. */
const notifiedContact = ({ type, data }: ConversationEvent): readonly NotifiedPerson[] | null =>
  type !== 'MessageSent' || data.isNotified === null
    ? null
    : data.isNotified
      ? [{ kind: 'contact', id: data.contactId }]
      : [];

/** The read model of the staff is behind. `WaitingForStaff` requests the replay when it has caught up. */
export class StaffNotKnownYet extends KeyMustWait {
  override readonly name = 'StaffNotKnownYet';
}
