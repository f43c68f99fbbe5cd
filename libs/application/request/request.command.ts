import type { CommandContext } from '@app/eventing';
import type { JsonObject, Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

export type RequestIntent = Message<'TakeRequest', { kind: string; body: JsonObject }>;
/** `findTarget` returns what the request writes to; it is called the first time only. */
export class HandleRequest extends AggregateCommand<RequestIntent> {
  constructor(
    id: string,
    intent: RequestIntent,
    context: CommandContext,
    readonly findTarget: () => Promise<JsonObject>,
  ) {
    super(id, intent, context);
  }
}
