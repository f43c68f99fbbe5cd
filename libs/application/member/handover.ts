import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { EventLog, Progress, TemporaryFailure, type DueWork } from '@app/eventing';
import { isAssignable, memberAggregate, type MemberEvent, type MemberRemoved } from '@app/domain/member';
import { streamOf, type Recorded } from '@app/kernel';
import { InboxQueries, inboxProjection, membersProjection, type MemberRow } from '@app/read-models';
import { causedBy, system } from '../commands/ids.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { Lookups } from '../lookups/lookups.js';
import { HandleMember } from './member.handler.js';

const PAGE = 50;
const LONGEST_WAIT_MS = 10_000;
/** A former member may write, and so become an assignee, until their role is looked up again. */
const AGAIN_AFTER_MS = 2 * 60_000;

/** When a member was removed, assigns their conversations to the successor, or to nobody. */
@Injectable()
export class Handover implements DueWork<MemberRow> {
  readonly model = membersProjection;
  readonly startedBy = ['MemberRemoved', 'ConversationsHandedOver'];
  readonly index = 'handover';
  readonly pending = { isRemoved: true };
  readonly time = 'handoverAt';

  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly progress: Progress,
    private readonly lookups: Lookups,
    private readonly inbox: InboxQueries,
  ) {}

  /** Continues where another process stopped: conversations with another assignee are left alone. */
  async do({ id, programId, userId, handoverAt }: MemberRow): Promise<void> {
    const { removal, isRepeated } = await this.removalOf(id);
    if (!removal || handoverAt === null) return;
    await this.reachEnd(programId);
    for (let after: string | undefined; ;) {
      const page = await this.inbox.idsOfAssignee(programId, userId, after, PAGE);
      const assignee = await this.successor(removal);
      for (const conversationId of page.documents) {
        const data = { from: userId, assignee, by: removal.data.by };
        const context = causedBy(removal, system('automation'), `HandOver ${handoverAt} ${conversationId}`);
        await this.commands.execute(
          new HandleConversation(conversationId, { type: 'HandOverConversation', data }, context),
        );
      }
      if (page.next === null) break;
      after = page.next;
    }
    const againAt = isRepeated ? null : new Date(Date.parse(handoverAt) + AGAIN_AFTER_MS).toISOString();
    const intent = { type: 'NoteHandover', data: { userId, againAt } } as const;
    await this.commands.execute(
      new HandleMember(id, intent, causedBy(removal, system('automation'), `NoteHandover ${handoverAt}`)),
    );
  }

  /** `null`: the person is a member again. */
  private async removalOf(
    memberId: string,
  ): Promise<{ readonly removal: Recorded<MemberRemoved> | null; readonly isRepeated: boolean }> {
    let removal: Recorded<MemberRemoved> | null = null;
    let isRepeated = false;
    for await (const event of this.eventLog.read<MemberEvent>(streamOf(memberAggregate, memberId))) {
      if (event.type === 'MemberAdded') removal = null;
      if (event.type === 'MemberRemoved') [removal, isRepeated] = [event, false];
      if (event.type === 'ConversationsHandedOver') isRepeated = true;
    }
    return { removal, isRepeated };
  }

  private async reachEnd(programId: string): Promise<void> {
    const head = await this.eventLog.head();
    if (head !== null && !(await this.progress.waitFor(inboxProjection, head, LONGEST_WAIT_MS, programId)))
      throw new InboxBehind();
  }

  /** The successor may have left too. */
  private async successor({ data: { successor }, metadata }: Recorded<MemberRemoved>): Promise<string | null> {
    if (successor === null) return null;
    return isAssignable(await this.lookups.member(metadata.programId, successor)) ? successor : null;
  }
}

export class InboxBehind extends TemporaryFailure {
  override readonly name = 'InboxBehind';
  constructor() {
    super('The inbox is too far behind to list all conversations of a former member; the handover is retried');
  }
}
