import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import type { Message, StreamFold } from '@app/kernel';
import type { AggregateCommand } from './aggregate-command.js';

/** A handler whose command contains all data for the decision. */
export function plainHandler<State, Command extends Message, Event extends Message>(
  aggregate: StreamFold<State, Command, Event>,
) {
  class PlainHandler {
    constructor(readonly aggregates: Aggregates) {}

    execute({ id, intent, context }: AggregateCommand<Command>): Promise<CommandResult> {
      return handleCommand(this.aggregates, { aggregate, id, intent, context, prepare: (command) => command });
    }
  }
  // Nest reads constructor types from metadata, which a subclass inherits.
  Reflect.defineMetadata('design:paramtypes', [Aggregates], PlainHandler);
  return PlainHandler;
}
