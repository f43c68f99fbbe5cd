import type { CommandBus } from '@nestjs/cqrs';
import { HandleRequest, subCommand } from '@app/application';
import { RevisionMismatch } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import type { RequestContext } from './command-context.js';

/**
 * For requests whose body decides which stream is written: first stores the body's hash under its idempotency key. So
 * another body under the same key is detected although it would go to another stream, and a retry goes to the same
 * stream as the first request. A created resource has no revision yet for `If-Match`.
 * @returns the target of the first request @throws CommandIdReused, RevisionMismatch
 */
export async function takeRequest<Target extends JsonObject>(
  commands: CommandBus,
  context: RequestContext,
  { kind, body }: { readonly kind: string; readonly body: JsonObject },
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
