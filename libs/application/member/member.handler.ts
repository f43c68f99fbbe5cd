import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import { isAssignable, memberAggregate, NotAssignable, type Member, type MemberCommand } from '@app/domain/member';
import { may, NotPermitted } from '@app/kernel';
import { MemberQueries } from '@app/read-models';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { Lookups } from '../lookups/lookups.js';

type Without<Field extends string, Command> = Command extends { readonly data: infer Data }
  ? Omit<Command, 'data'> & { readonly data: Omit<Data, Field> }
  : never;

/** Whether there is another owner is looked up. */
export type MemberIntent = Without<'hasOtherOwner', MemberCommand>;

export class HandleMember extends AggregateCommand<MemberIntent> {}

@CommandHandler(HandleMember)
export class MemberHandler implements ICommandHandler<HandleMember> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly members: MemberQueries,
  ) {}

  /** @throws NotPermitted, NotAssignable, and the errors of the decider */
  async execute({ id, intent, context }: HandleMember): Promise<CommandResult> {
    return handleCommand(this.aggregates, {
      aggregate: memberAggregate,
      id,
      intent,
      context,
      prepare: async (intent: MemberIntent, state: Member): Promise<MemberCommand> => {
        await this.checkActor(context);
        if (intent.type === 'RemoveMember') await this.checkSuccessor(context.programId, intent.data.successor);
        if (intent.type !== 'RemoveMember' && intent.type !== 'ChangeMemberRole') return intent;
        const hasOtherOwner = state.status === 'member' && (await this.hasOtherOwner(context, state.userId));
        return { ...intent, data: { ...intent.data, hasOtherOwner } } as MemberCommand;
      },
    });
  }

  /** A caller's permissions are cached for a minute; those of a former owner must not end those of the others. */
  private async checkActor({ programId, actor }: CommandContext): Promise<void> {
    if (actor.kind !== 'staff') return;
    const member = await this.lookups.member(programId, actor.id);
    if (!member || !may(member, 'members:write')) throw new NotPermitted('members:write');
  }

  private async checkSuccessor(programId: string, successor: string | null): Promise<void> {
    if (successor !== null && !isAssignable(await this.lookups.member(programId, successor))) throw new NotAssignable();
  }

  private async hasOtherOwner({ programId, actor }: CommandContext, userId: string): Promise<boolean> {
    const listed = (await this.members.all(programId)).filter(({ role }) => role === 'owner');
    for (const other of new Set([actor.id, ...listed.map((member) => member.userId)]))
      if (other !== userId && (await this.lookups.member(programId, other))?.role === 'owner') return true;
    return false;
  }
}
