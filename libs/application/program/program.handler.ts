import { CommandHandler } from '@nestjs/cqrs';
import { programAggregate, type ProgramCommand } from '@app/domain/program';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleProgram extends AggregateCommand<ProgramCommand> {}

@CommandHandler(HandleProgram)
export class ProgramHandler extends plainHandler(programAggregate) {}
