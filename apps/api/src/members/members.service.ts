import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { currentSender, HandleMember, ids, Lookups } from '@app/application';
import { MemberNotFound } from '@app/domain/member';
import type { CommandContext } from '@app/eventing';
import type { CallerIdentity } from '@app/platform';
import { Freshness, MemberQueries, type Listing, type MemberView } from '@app/read-models';
import { commandResponse, type CommandResponse } from '../http/command-response.js';
import type { RequestContext } from '../http/command-context.js';
import type { PageDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import type { AddMemberDto, RemoveMemberDto } from './members.requests.dto.js';
import type { Me, MemberPayload } from './members.view.js';

/** Members of staff, for REST and GraphQL. */
@Injectable()
export class MembersService {
  constructor(
    private readonly commands: CommandBus,
    private readonly members: MemberQueries,
    private readonly freshness: Freshness,
    private readonly lookups: Lookups,
  ) {}

  async me(caller: CallerIdentity): Promise<Me> {
    const program = await this.lookups.program(caller.programId);
    const { smsEnabled, messagesEnabled } = program.policies;
    return {
      ...caller,
      smsEnabled: smsEnabled === 'on' && currentSender(program) !== null,
      messagesEnabled: messagesEnabled === 'on',
    };
  }

  /** @throws InvalidCursor */
  async list(programId: string, { position, after, limit }: PageDto): Promise<Listing<MemberView>> {
    return this.freshness.list(programId, position, () => this.members.page(programId, after, limit));
  }

  /** @throws MemberNotFound */
  async one(programId: string, userId: string, position: string | undefined): Promise<MemberView> {
    const member = await this.freshness.at(position, () => this.members.one(programId, ids.member(programId, userId)));
    if (!member) throw new MemberNotFound();
    return member;
  }

  /** @throws MemberExists */
  async add({ userId, name, email, role }: AddMemberDto, context: RequestContext): Promise<MemberPayload> {
    const { programId } = context;
    const details = { userId, name, email, role };
    await takeRequest(this.commands, context, { kind: 'AddMember', body: details }, () => ({ userId }));
    const memberId = ids.member(programId, userId);
    const intent = { type: 'AddMember', data: { programId, memberId, ...details } } as const;
    return { userId, ...commandResponse(await this.commands.execute(new HandleMember(memberId, intent, context))) };
  }

  /** @throws MemberNotFound, CannotRemoveYourself, NotAssignable */
  async remove(
    userId: string,
    { successor }: RemoveMemberDto,
    { programId, id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    const intent = { type: 'RemoveMember', data: { userId, by, successor: successor ?? null } } as const;
    return commandResponse(
      await this.commands.execute(new HandleMember(ids.member(programId, userId), intent, context)),
    );
  }
}
