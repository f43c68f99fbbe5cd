import { CommandHandler } from '@nestjs/cqrs';
import { addressAggregate, type AddressCommand } from '@app/domain/address';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleAddress extends AggregateCommand<AddressCommand> {}

@CommandHandler(HandleAddress)
export class AddressHandler extends plainHandler(addressAggregate) {}
