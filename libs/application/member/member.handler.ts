import { CommandHandler } from '@nestjs/cqrs';
import { memberAggregate, type MemberCommand } from '@app/domain/member';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleMember extends AggregateCommand<MemberCommand> {}

@CommandHandler(HandleMember)
export class MemberHandler extends plainHandler(memberAggregate) {}
