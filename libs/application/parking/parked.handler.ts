import { CommandHandler } from '@nestjs/cqrs';
import { parkedAggregate, type ParkedCommand } from '@app/domain/parked';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleParked extends AggregateCommand<ParkedCommand> {}

@CommandHandler(HandleParked)
export class ParkedHandler extends plainHandler(parkedAggregate) {}
