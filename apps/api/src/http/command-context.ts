import { randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { commandIdOf } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { DomainError } from '@app/kernel';
import { actorOf, callerOf, requestOf, type CallerIdentity } from '@app/platform';

/** `isRepeatable`: the caller gave an idempotency key, so the same request may come again. */
export type RequestContext = CommandContext & { readonly isRepeatable: boolean };

/** The command context of a request: who asks, and under which `Idempotency-Key` and `If-Match`. */
export const Context = createParamDecorator((_: unknown, execution: ExecutionContext): RequestContext => {
  const request = requestOf(execution);
  const revision = ifMatch(request);
  return { ...contextOf(callerOf(request), idempotencyKey(request), request.id), ...(revision !== undefined && { expectedRevision: revision }) };
});

/** Without a key the request is a new command each time it is sent. */
function contextOf(caller: CallerIdentity, key: string | undefined, correlationId: string): RequestContext {
  const actor = actorOf(caller);
  const commandId = commandIdOf(caller.programId, actor, key ?? randomUUID());
  return { programId: caller.programId, actor, commandId, correlationId, causationId: commandId, occurredAt: new Date().toISOString(), isRepeatable: key !== undefined };
}

/** @throws InvalidIdempotencyKey */
function checkedKey(key: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw new InvalidIdempotencyKey();
  return key;
}

function idempotencyKey({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  return key === undefined ? undefined : checkedKey(String(key));
}

function ifMatch({ headers }: FastifyRequest): number | undefined {
  const header = headers['if-match'];
  if (header === undefined) return undefined;
  const [, revision] = /^"?(\d{1,15})"?$/.exec(header) ?? [];
  if (revision === undefined) throw new InvalidIfMatch();
  return Number(revision);
}

export class InvalidIdempotencyKey extends DomainError {
  readonly code = 'InvalidIdempotencyKey';
  override readonly field = 'Idempotency-Key';
  constructor() {
    super('An idempotency key has 1 to 200 visible ASCII characters');
  }
}
export class InvalidIfMatch extends DomainError {
  readonly code = 'InvalidIfMatch';
  override readonly field = 'If-Match';
  constructor() {
    super('If-Match takes one revision, as an ETag gave it: "7"');
  }
}

/** The same request under the key that its GraphQL input gives; without one, under the request's own. */
export const withKey = (context: RequestContext, caller: CallerIdentity, key: string | null | undefined): RequestContext =>
  key ? { ...context, ...contextOf(caller, key, context.correlationId) } : context;
