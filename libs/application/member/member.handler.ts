import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import {
  isAssignable,
  keepsStaff,
  memberAggregate,
  NotAssignable,
  type Member,
  type MemberCommand,
} from '@app/domain/member';
import { ownersAggregate, type OwnersCommand } from '@app/domain/owners';
import { NotPermitted } from '@app/kernel';
import { MemberQueries } from '@app/read-models';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { subCommand } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';

export class HandleMember extends AggregateCommand<MemberCommand> {}

type Owner = { readonly userId: string; readonly term: number };

@CommandHandler(HandleMember)
export class MemberHandler implements ICommandHandler<HandleMember> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly members: MemberQueries,
  ) {}

  /** @throws NotPermitted, NotAssignable, LastOwner, and the errors of the decider */
  async execute({ id, intent, context }: HandleMember): Promise<CommandResult> {
    return handleCommand(this.aggregates, {
      aggregate: memberAggregate,
      id,
      intent,
      context,
      prepare: async (command: MemberCommand): Promise<MemberCommand> => {
        await this.checkActor(context);
        if (command.type === 'RemoveMember') await this.checkSuccessor(context.programId, command.data.successor);
        return command;
      },
      beforeAppend: async (decided, state: Member): Promise<void> => {
        if (keepsStaff(state) && !keepsStaff(decided.reduce(memberAggregate.evolve, state)))
          await this.release({ userId: state.userId, term: state.ownerTerms }, context);
      },
    });
  }

  /** A caller's permissions are cached for a minute; those of a former owner must not end those of the others. */
  private async checkActor({ programId, actor }: CommandContext): Promise<void> {
    if (actor.kind !== 'staff') return;
    const member = await this.lookups.member(programId, actor.id);
    if (!keepsStaff(member)) throw new NotPermitted('members:write');
  }

  private async checkSuccessor(programId: string, successor: string | null): Promise<void> {
    if (successor !== null && !isAssignable(await this.lookups.member(programId, successor))) throw new NotAssignable();
  }

  /** Stored first: if the process dies now, the command can be repeated. @throws LastOwner */
  private async release(owner: Owner, context: CommandContext): Promise<void> {
    const intent = { type: 'ReleaseOwner', data: { ...owner, by: context.actor.id } } as const;
    await handleCommand(this.aggregates, {
      aggregate: ownersAggregate,
      id: context.programId,
      intent,
      context: subCommand(context, `ReleaseOwner ${owner.userId} ${owner.term}`),
      prepare: async ({ type, data }: typeof intent): Promise<OwnersCommand> => ({
        type,
        data: { ...data, others: await this.otherOwners(context, owner.userId) },
      }),
    });
  }

  /** Those of the read model, which may be behind, and the caller, as they are in the event store. */
  private async otherOwners({ programId, actor }: CommandContext, userId: string): Promise<readonly Owner[]> {
    const listed = (await this.members.all(programId)).filter(({ role }) => role === 'owner');
    const candidates = new Set([actor.id, ...listed.map((member) => member.userId)]);
    candidates.delete(userId);
    const others = await Promise.all([...candidates].map((id) => this.lookups.member(programId, id)));
    return others.flatMap((member) => (keepsStaff(member) ? [{ userId: member.userId, term: member.ownerTerms }] : []));
  }
}
