import { randomUUID } from 'node:crypto';
import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { NaturalKeys } from '@app/application';
import { Clock, type CommandContext } from '@app/eventing';
import { DomainError } from '@app/kernel';
import { actorOf, callerOf, requestOf, type CallerIdentity } from '@app/platform';

/** `isRepeatable`: the caller gave an idempotency key, so it may retry the request. */
export type RequestContext = CommandContext & { readonly isRepeatable: boolean };

/** The data of a request for its command, besides the body. */
type RequestHead = {
  readonly caller: CallerIdentity;
  readonly key: string | undefined;
  readonly revision: number | undefined;
  readonly correlationId: string;
};

/** Makes the command context of a request: the caller, `Idempotency-Key` and `If-Match`. */
@Injectable()
export class CommandContexts implements PipeTransform<RequestHead, Promise<RequestContext>> {
  constructor(
    private readonly naturalKeys: NaturalKeys,
    private readonly clock: Clock,
  ) {}

  /** @throws ProgramGone */
  async transform({ caller, key, revision, correlationId }: RequestHead): Promise<RequestContext> {
    return {
      ...(await this.contextOf(caller, key, correlationId)),
      ...(revision !== undefined && { expectedRevision: revision }),
    };
  }

  /** Without a key each request is a new command. */
  private async contextOf(
    caller: CallerIdentity,
    key: string | undefined,
    correlationId: string,
  ): Promise<RequestContext> {
    const actor = actorOf(caller);
    const commandId = key === undefined ? randomUUID() : await this.naturalKeys.command(caller.programId, actor, key);
    return {
      programId: caller.programId,
      actor,
      commandId,
      correlationId,
      causationId: commandId,
      occurredAt: new Date(this.clock.now()).toISOString(),
      isRepeatable: key !== undefined,
    };
  }
}

const Head = createParamDecorator((_: unknown, execution: ExecutionContext): RequestHead => {
  const request = requestOf(execution);
  return {
    caller: callerOf(request),
    key: keyInInput(execution) ?? idempotencyKey(request),
    revision: ifMatch(request),
    correlationId: request.id,
  };
});

/** The command context of a request. */
export const Context = (): ParameterDecorator => Head(CommandContexts);

/** @throws InvalidIdempotencyKey */
function checkedKey(key: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw new InvalidIdempotencyKey();
  return key;
}

/**
 * A mutation's input may give a key of its own, since a document may hold several commands; its format is validated
 * with the input.
 */
function keyInInput(execution: ExecutionContext): string | undefined {
  if (execution.getType<GqlContextType>() !== 'graphql') return undefined;
  const { input } = GqlExecutionContext.create(execution).getArgs<{ input?: { idempotencyKey?: string | null } }>();
  return input?.idempotencyKey || undefined;
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
  override readonly kind = 'invalid';
  override readonly field = 'Idempotency-Key';
  constructor() {
    super('An idempotency key has 1 to 200 visible ASCII characters');
  }
}
export class InvalidIfMatch extends DomainError {
  readonly code = 'InvalidIfMatch';
  override readonly kind = 'invalid';
  override readonly field = 'If-Match';
  constructor() {
    super('If-Match takes one revision from an ETag, such as "7"');
  }
}
