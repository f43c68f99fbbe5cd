import { CommandHandler } from '@nestjs/cqrs';
import { inboundAggregate, type InboundCommand } from '@app/domain/inbound';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleInbound extends AggregateCommand<InboundCommand> {}

@CommandHandler(HandleInbound)
export class InboundHandler extends plainHandler(inboundAggregate) {}
