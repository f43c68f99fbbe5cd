import type { CommandBus } from '@nestjs/cqrs';
import { HandleRequest, subCommand } from '@app/application';
import { RevisionMismatch } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import type { RequestContext } from './command-context.js';

/**
 * For requests whose body says which stream is written: notes the body under its idempotency key first, so that the same
 * key with another body is noticed although it would go elsewhere, and that a repetition goes where the first one went
 * although the body would lead elsewhere by now. What is made has no revision yet that the caller could insist on.
 * @returns where it goes @throws CommandIdReused, RevisionMismatch
 */
export async function takeRequest<Target extends JsonObject>(
  commands: CommandBus,
  context: RequestContext,
  kind: string,
  body: JsonObject,
  findTarget: () => Target | Promise<Target>,
): Promise<Target> {
  if (context.expectedRevision !== undefined) throw new RevisionMismatch();
  if (!context.isRepeatable) return findTarget();
  const intent = { type: 'TakeRequest', data: { kind, body } } as const;
  const { events } = await commands.execute(
    new HandleRequest(context.commandId, intent, subCommand(context, 'request'), async () => findTarget()),
  );
  const taken = events[0]?.data as { readonly target?: Target } | undefined;
  return taken?.target ?? findTarget();
}
