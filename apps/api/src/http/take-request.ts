import type { CommandBus } from '@nestjs/cqrs';
import { HandleRequest, partOf } from '@app/application';
import type { CommandContext } from '@app/eventing';
import type { JsonObject } from '@app/kernel';

/**
 * For requests whose body says which stream is written: notes the body under its idempotency key first, so that the same
 * key with another body is noticed although it would go elsewhere. @throws CommandIdReused
 */
export async function takeRequest(commands: CommandBus, context: CommandContext, kind: string, body: JsonObject): Promise<void> {
  await commands.execute(new HandleRequest(context.commandId, { type: 'TakeRequest', data: { kind, body } }, partOf(context, 'request')));
}
