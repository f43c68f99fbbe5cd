import { CommandHandler } from '@nestjs/cqrs';
import { holdAggregate, type HoldCommand } from '@app/domain/hold';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

/** The holds of a program; the id is the program's. */
export class HandleHold extends AggregateCommand<HoldCommand> {}

@CommandHandler(HandleHold)
export class HoldHandler extends plainHandler(holdAggregate) {}
