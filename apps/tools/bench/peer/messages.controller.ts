import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Inject,
  Injectable,
  Param,
  ParseUUIDPipe,
  Post,
  Req,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { PostgresEventStore } from '@event-driven-io/emmett-postgresql';
import { AccessTokens, bearer, type Identity } from '@app/platform';
import { SendMessageDto } from '../../../api/src/conversations/conversations.requests.dto.js';
import { handleConversation } from './conversation.js';

export const EVENT_STORE = Symbol('PostgresEventStore');

type PeerRequest = { readonly headers: { readonly authorization?: string }; caller: Identity };

/** Accepts the product's tokens, and checks them by the product's code. */
@Injectable()
class TokenGuard implements CanActivate {
  constructor(private readonly tokens: AccessTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<PeerRequest>();
    request.caller = await this.tokens.verify(bearer(request.headers.authorization)).catch(() => {
      throw new UnauthorizedException();
    });
    return request.caller.kind !== 'contact';
  }
}

@Controller('v1/conversations')
@UseGuards(TokenGuard)
export class MessagesController {
  constructor(@Inject(EVENT_STORE) private readonly eventStore: PostgresEventStore) {}

  @Post(':id/messages')
  async send(
    @Param('id', ParseUUIDPipe) conversationId: string,
    @Body() { channel, text }: SendMessageDto,
    @Req() { caller }: PeerRequest,
  ): Promise<object> {
    const messageId = randomUUID();
    const { nextExpectedStreamVersion, lastEventGlobalPosition } = await handleConversation(
      this.eventStore,
      conversationId,
      {
        type: 'SendMessage',
        data: {
          conversationId,
          programId: caller.programId,
          messageId,
          by: caller.id,
          channel,
          text,
          at: new Date().toISOString(),
        },
      },
    );
    return {
      messageId,
      revision: Number(nextExpectedStreamVersion),
      position: String(lastEventGlobalPosition),
    };
  }
}
