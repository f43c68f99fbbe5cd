import { CommandHandler } from '@nestjs/cqrs';
import { blockAggregate, type BlockCommand } from '@app/domain/block';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleBlock extends AggregateCommand<BlockCommand> {}

@CommandHandler(HandleBlock)
export class BlockHandler extends plainHandler(blockAggregate) {}
