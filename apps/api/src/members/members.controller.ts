import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { PlainRoutes } from '../http/plain-commands.js';
import { memberCommands } from './members.commands.js';

@ApiTags('members')
@PlainRoutes(memberCommands)
@Controller('v1/members')
export class MembersController {
  constructor(readonly commands: CommandBus) {}
}
