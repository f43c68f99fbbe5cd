import { Controller, Delete, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { HandleMember, ids } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { answer } from '../http/answers.js';
import { Context } from '../http/command-context.js';
import { CommandDto } from '../http/command.view.js';

@ApiTags('members')
@Controller('v1/members')
export class MembersController {
  constructor(private readonly commands: CommandBus) {}

  /** Ends a person's membership, by the user id of their access tokens. The tokens are refused within a minute. */
  @Delete(':id')
  @Requires('members:write')
  async remove(
    @Param('id') userId: string,
    @Caller() { programId, id: by }: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return answer(
      await this.commands.execute(
        new HandleMember(ids.member(programId, userId), { type: 'RemoveMember', data: { userId, by } }, context),
      ),
    );
  }
}
