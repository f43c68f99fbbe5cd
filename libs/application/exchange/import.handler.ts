import { CommandHandler } from '@nestjs/cqrs';
import { importAggregate, type ImportCommand } from '@app/domain/import';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleImport extends AggregateCommand<ImportCommand> {}

@CommandHandler(HandleImport)
export class ImportHandler extends plainHandler(importAggregate) {}
