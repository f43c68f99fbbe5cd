import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { AnyCaller, Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { CommandDto } from '../http/command.view.js';
import { FreshDto, PageDto } from '../http/paging.dto.js';
import { PlainRoutes } from '../http/plain-commands.js';
import { memberCommands } from './members.commands.js';
import { AddMemberDto, RemoveMemberDto } from './members.requests.dto.js';
import { MembersService } from './members.service.js';
import { MeDto, MemberDto, MemberPayload, MembersDto } from './members.view.js';

@ApiTags('members')
@PlainRoutes(memberCommands)
@Controller('v1/members')
export class MembersController {
  constructor(
    readonly commands: CommandBus,
    private readonly members: MembersService,
  ) {}

  /** The current members of staff, with their roles and permissions. */
  @Get()
  @Requires('members:read')
  async list(@Query() query: PageDto, @Caller() { programId }: CallerIdentity): Promise<MembersDto> {
    return this.members.list(programId, query);
  }

  @Get(':id')
  @Requires('members:read')
  async one(
    @Param('id') userId: string,
    @Query() { position }: FreshDto,
    @Caller() { programId }: CallerIdentity,
  ): Promise<MemberDto> {
    return this.members.one(programId, userId, position);
  }

  /** Adds a person to the staff. */
  @Post()
  @Requires('members:write')
  async add(@Body() body: AddMemberDto, @Context() context: RequestContext): Promise<MemberPayload> {
    return this.members.add(body, context);
  }

  /**
   * Ends a person's membership, given by the user id of their access tokens. The tokens are refused within a minute;
   * the person's conversations are assigned to the successor, or to nobody.
   */
  @Delete(':id')
  @Requires('members:write')
  async remove(
    @Param('id') userId: string,
    @Query() query: RemoveMemberDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.members.remove(userId, query, caller, context);
  }
}

@ApiTags('members')
@Controller('v1/me')
export class MeController {
  constructor(private readonly members: MembersService) {}

  /** The person of the access token, with the role and permissions in force, and what is available in the program. */
  @Get()
  @AnyCaller()
  me(@Caller() caller: CallerIdentity): Promise<MeDto> {
    return this.members.me(caller);
  }
}
