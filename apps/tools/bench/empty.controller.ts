import { Body, Controller, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import type { CommandContext } from '@app/eventing';
import { Context } from '../../api/src/http/command-context.js';
import { SendMessageDto } from '../../api/src/conversations/conversations.requests.dto.js';

const nothing = { messageId: '00000000-0000-0000-0000-000000000000', revision: 0, position: '00000000000000000000' };

/** Accepts the same request as sending a message and returns the same response, without any work. */
@Controller('v1/empty/conversations')
export class EmptyController {
  @Post(':id/messages')
  @Requires('conversations:write')
  send(
    @Param('id', ParseUUIDPipe) _id: string,
    @Body() _body: SendMessageDto,
    @Caller() _caller: CallerIdentity,
    @Context() _context: CommandContext,
  ): typeof nothing {
    return nothing;
  }
}
