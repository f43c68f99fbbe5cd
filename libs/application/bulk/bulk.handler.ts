import { CommandHandler } from '@nestjs/cqrs';
import { bulkAggregate, type BulkCommand } from '@app/domain/bulk';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleBulk extends AggregateCommand<BulkCommand> {}

@CommandHandler(HandleBulk)
export class BulkHandler extends plainHandler(bulkAggregate) {}
