import type { CommandBus } from '@nestjs/cqrs';
import { HandleRequest, partOf } from '@app/application';
import { RevisionMismatch } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import type { RequestContext } from './command-context.js';

/**
 * For requests whose body says which stream is written: notes the body under its idempotency key first, so that the same
 * key with another body is noticed although it would go elsewhere. What is made has no revision yet that the caller
 * could insist on. @throws CommandIdReused, RevisionMismatch
 */
export async function takeRequest(commands: CommandBus, context: RequestContext, kind: string, body: JsonObject): Promise<void> {
  if (context.expectedRevision !== undefined) throw new RevisionMismatch();
  if (!context.isRepeatable) return;
  await commands.execute(new HandleRequest(context.commandId, { type: 'TakeRequest', data: { kind, body } }, partOf(context, 'request')));
}
