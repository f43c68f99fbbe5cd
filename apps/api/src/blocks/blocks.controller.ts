import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context, type RequestContext } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { PageDto } from '../http/paging.dto.js';
import { PlainRoutes } from '../http/plain-commands.js';
import { BodyWith, needs } from '../http/some-of.js';
import { blockCommands } from './blocks.commands.js';
import { PlaceBlockDto } from './blocks.requests.dto.js';
import { BlocksService } from './blocks.service.js';
import { BlockedMessagesDto, BlockPayload, BlocksDto } from './blocks.view.js';

@ApiTags('blocks')
@PlainRoutes(blockCommands)
@Controller('v1/blocks')
export class BlocksController {
  constructor(
    readonly commands: CommandBus,
    private readonly blocks: BlocksService,
  ) {}

  /** The blocked contacts and numbers, the latest first. */
  @Get()
  @Requires('conversations:read')
  async list(@Query() query: PageDto, @Caller() caller: CallerIdentity): Promise<BlocksDto> {
    return this.blocks.list(caller, query);
  }

  /** What a blocked contact or number wrote, the oldest first. It is shown nowhere else. */
  @Get(':id/messages')
  @Requires('conversations:read')
  async messages(
    @Id() id: string,
    @Query() query: PageDto,
    @Caller() caller: CallerIdentity,
  ): Promise<BlockedMessagesDto> {
    return this.blocks.messages(caller, id, query);
  }

  /** Blocks a contact or a phone number. What they write is kept in the block, without alerts; keywords still count. */
  @Post()
  @Requires('conversations:write')
  @BodyWith(PlaceBlockDto, 'oneOf', [needs('contactId'), needs('phone')])
  async place(
    @Body() body: PlaceBlockDto,
    @Caller() caller: CallerIdentity,
    @Context() context: RequestContext,
  ): Promise<BlockPayload> {
    return this.blocks.place(body, caller, context);
  }
}
