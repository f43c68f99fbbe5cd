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
import { concernedStaff, type ConversationEvent, type NoteAdded } from '@app/domain/conversation';
import { isMuted, muteAggregate, type Mutes } from '@app/domain/mute';
import type { NotificationDecided, NotifiedPerson, NotNotified } from '@app/domain/notification';
import { MemberQueries, membersProjection } from '@app/read-models';
import { whyNoEmails } from '../emails-wanted.js';
import { notifierContext } from '../notifier-context.js';
import type { MessageEvent } from './recorded-messages.js';

type Recipient = Permitted & { readonly userId: string };
type Decision = Pick<NotificationDecided['data'], 'people' | 'notNotified'>;

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
    return saidBy(source) ?? this.decidedOnce(event, async () => ({ people: await this.contactWithEmail(event) }));
  }

  /** Of a message that the contact sent in the app. @throws StaffNotKnownYet */
  async staffOf(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<readonly NotifiedPerson[]> {
    return saidBy(source) ?? this.decidedOnce(event, () => this.staffOfConversation(event, source, concernedStaff));
  }

  /** Of a snooze that ended: the assignee, else the other staff of the conversation. @throws StaffNotKnownYet */
  async returnedTo(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<readonly NotifiedPerson[]> {
    const responsible: typeof concernedStaff = ({ assignee, staff }) => (assignee === null ? staff : [assignee]);
    return saidBy(source) ?? this.decidedOnce(event, () => this.staffOfConversation(event, source, responsible));
  }

  /** Of a note: the members whom it mentions. */
  async mentionedIn(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<readonly NotifiedPerson[]> {
    return this.decidedOnce(event, async () => {
      const { mentions, by } = source.data as NoteAdded['data'];
      const mentioned = await this.membersOf(
        event.programId,
        mentions.filter((userId) => userId !== by),
      );
      return this.decisionAbout(event, mentioned, await this.mutes(event));
    });
  }

  /** `null` when it is not decided yet. */
  async decided(event: MessageEvent, source: Recorded<ConversationEvent>): Promise<readonly NotifiedPerson[] | null> {
    return saidBy(source) ?? this.stored(event);
  }

  private async decidedOnce(event: MessageEvent, decide: () => Promise<Decision>): Promise<readonly NotifiedPerson[]> {
    return (await this.stored(event)) ?? (await this.store(event, await decide())) ?? (await this.stored(event)) ?? [];
  }

  private async stored({ programId, messageId }: MessageEvent): Promise<readonly NotifiedPerson[] | null> {
    return (await this.lookups.notification(programId, messageId)).people;
  }

  /** @returns `null` when another process has decided meanwhile */
  private async store(
    { programId, messageId, conversationId }: MessageEvent,
    decision: Decision,
  ): Promise<readonly NotifiedPerson[] | null> {
    const intent = { type: 'DecideNotification', data: { messageId, conversationId, ...decision } } as const;
    const { events } = await this.commands.execute(
      new HandleNotification(messageId, intent, notifierContext(programId)),
    );
    return events.length > 0 ? decision.people : null;
  }

  private async contactWithEmail({ programId, contactId }: MessageEvent): Promise<NotifiedPerson[]> {
    const { emails } = await this.lookups.contact(programId, contactId);
    return unlessErased(emails, []).length > 0 ? [{ kind: 'contact', id: contactId }] : [];
  }

  /** The assigned staff; owners and managers for a conversation without any who may read it. @throws StaffNotKnownYet */
  private async staffOfConversation(
    event: MessageEvent,
    source: Recorded<ConversationEvent>,
    staffOf: typeof concernedStaff,
  ): Promise<Decision> {
    const { programId, conversationId } = event;
    const conversation = await this.lookups.conversation(programId, conversationId);
    if (conversation.status === 'deleted') return { people: [] };
    // Read from the members' events, so that these emails do not wait for a read model.
    const concerned = await this.membersOf(programId, staffOf(conversation));
    const others = concerned.some(mayGetTexts) ? [] : await this.ownersAndManagers(programId, source.position);
    const choices = await this.mutes(event);
    const staff = new Map([...concerned, ...others].map((member) => [member.userId, member]));
    const unmuted = Object.keys(choices).filter(
      (userId) => !staff.has(userId) && !isMuted(choices[userId], false, event.occurredAt),
    );
    for (const member of await this.membersOf(programId, unmuted)) staff.set(member.userId, member);
    return this.decisionAbout(event, [...staff.values()], choices);
  }

  private async membersOf(programId: string, userIds: readonly string[]): Promise<readonly Recipient[]> {
    const members = await Promise.all(userIds.map((userId) => this.lookups.member(programId, userId)));
    return members.filter((member) => member !== null);
  }

  /** Who of the staff gets an email, and why the others get none. */
  private async decisionAbout(
    { programId, occurredAt }: MessageEvent,
    staff: readonly Recipient[],
    choices: Mutes['choices'],
  ): Promise<Decision> {
    const program = await this.lookups.program(programId);
    const people: NotifiedPerson[] = [];
    const notNotified: NotNotified[] = [];
    for (const member of staff) {
      const person = { kind: 'member', id: member.userId } as const;
      const reason = !mayGetTexts(member)
        ? 'NotPermitted'
        : isMuted(choices[member.userId], true, occurredAt)
          ? 'Muted'
          : whyNoEmails(program, await this.lookups.preference(programId, person));
      if (reason === null) people.push(person);
      else notNotified.push({ person, reason });
    }
    return { people, ...(notNotified.length > 0 && { notNotified }) };
  }

  private async mutes({ programId, conversationId }: MessageEvent): Promise<Mutes['choices']> {
    return (await this.lookups.load(muteAggregate, conversationId, programId))?.choices ?? {};
  }

  /** The read model may be behind, or empty during a rebuild: then the message waits, so that nobody is left out. */
  private async ownersAndManagers(programId: string, position: Position): Promise<readonly Recipient[]> {
    const longest = this.isBehind ? 0 : LONGEST_WAIT_MS;
    this.isBehind = !(await this.progress.waitFor(membersProjection, position, longest, programId));
    if (this.isBehind) throw new StaffNotKnownYet();
    return (await this.members.all(programId)).filter(({ role }) => isAlertedOfUnassigned(role));
  }
}

/** The people that the event itself names; `null` where it names none. */
function saidBy({ type, data }: ConversationEvent): readonly NotifiedPerson[] | null {
  // A person who ends a snooze knows of it, and a message in the app has an email of its own.
  if (type === 'SnoozeEnded') return data.cause === 'staff' || data.channel === 'in-app' ? [] : null;
  if (type === 'MessageReceived') return data.wasBlocked === true ? [] : null;
  if (type !== 'MessageSent' || data.isNotified === null) return null;
  return data.isNotified ? [{ kind: 'contact', id: data.contactId }] : [];
}

/** The read model of the staff is behind. `WaitingForStaff` requests the replay when it has caught up. */
export class StaffNotKnownYet extends KeyMustWait {
  override readonly name = 'StaffNotKnownYet';
}
