import { CommandBus } from '@nestjs/cqrs';
import { Resolver } from '@nestjs/graphql';
import { PlainMutations } from '../http/plain-commands.js';
import { memberCommands } from './members.commands.js';
import { MemberInput } from './members.requests.dto.js';
import { MemberPayload } from './members.view.js';

@PlainMutations(memberCommands, MemberInput, MemberPayload)
@Resolver()
export class MembersResolver {
  constructor(readonly commands: CommandBus) {}
}
