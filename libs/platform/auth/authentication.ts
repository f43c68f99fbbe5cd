import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { NotPermitted, type Permission } from '@app/kernel';
import { TokenInvalid, TokenMissing } from './access-tokens.js';
import type { Caller as CallerType } from './caller.js';

const PERMISSIONS = 'permissions';
const PUBLIC = 'public';

/** A request with its caller, once the token was verified and the person looked up. */
export type AuthenticatedRequest = FastifyRequest & { caller?: CallerType };

/** The permissions that a route requires. A route without this, {@link AnyCaller} and {@link Public} refuses everybody. */
export const Requires = (...permissions: readonly [Permission, ...Permission[]]): CustomDecorator =>
  SetMetadata(PERMISSIONS, permissions);
/** For routes of every authenticated caller. */
export const AnyCaller = (): CustomDecorator => SetMetadata(PERMISSIONS, []);
/** For routes with their own authentication or none: webhooks, health, the API description. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC, true);

export const requestOf = (context: ExecutionContext): AuthenticatedRequest => {
  if (context.getType<string>() !== 'graphql') return context.switchToHttp().getRequest<AuthenticatedRequest>();
  return GqlExecutionContext.create(context).getContext<{ reply: { request: AuthenticatedRequest } }>().reply.request;
};

export const callerOf = (request: AuthenticatedRequest): CallerType => {
  if (!request.caller) throw new TokenMissing();
  return request.caller;
};

/** The authenticated caller of a route. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CallerType =>
  callerOf(requestOf(context)),
);

/** Whether the caller may use this route; the caller is authenticated before the body is read. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;
    const caller = callerOf(requestOf(context));
    const required = this.reflector.getAllAndOverride<readonly Permission[] | undefined>(PERMISSIONS, targets);
    const missing = required?.find((permission) => !caller.permissions.includes(permission));
    if (missing) throw new NotPermitted(missing);
    return required !== undefined;
  }
}

/** The token of an Authorization header. @throws TokenMissing, TokenInvalid */
export function bearer(header: string | undefined): string {
  if (header === undefined) throw new TokenMissing();
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? [];
  if (token === undefined) throw new TokenInvalid();
  return token;
}
