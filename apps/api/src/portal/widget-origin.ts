import {
  Controller,
  HttpCode,
  Injectable,
  Options,
  Req,
  Res,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Lookups } from '@app/application';
import { DomainError } from '@app/kernel';
import { callerOf, Public, PublicAddress, requestOf } from '@app/platform';

/**
 * The portal's routes also serve a widget on the program's own sites: a browser there sends its origin, which the
 * program must allow. The contact's token authenticates; no cookie does.
 */
@Injectable()
export class WidgetOrigin implements NestInterceptor {
  constructor(
    private readonly lookups: Lookups,
    private readonly address: PublicAddress,
  ) {}

  /** @throws OriginNotAllowed */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = requestOf(context);
    const { origin } = request.headers;
    if (origin !== undefined) {
      const { widgetOrigins } = await this.lookups.program(callerOf(request).programId);
      if (!widgetOrigins.includes(origin) && (await this.isForeign(request))) throw new OriginNotAllowed();
      const reply = context.switchToHttp().getResponse<FastifyReply>();
      void reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'etag',
        vary: 'origin',
      });
    }
    return next.handle();
  }

  /** Whether a browser sends the request from another site than ours. */
  async isForeign({ headers: { origin } }: FastifyRequest): Promise<boolean> {
    return origin !== undefined && origin !== (await this.address.url);
  }
}

/** A browser's preflight request. It has no token, so any origin may go on to send one. */
@ApiExcludeController()
@Public()
@Controller('v1/portal')
export class WidgetPreflight {
  @Options('*')
  @HttpCode(204)
  preflight(@Req() { headers: { origin } }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    if (origin === undefined) return;
    void reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key',
      'access-control-max-age': '600',
      vary: 'origin',
    });
  }
}

export class OriginNotAllowed extends DomainError {
  readonly code = 'OriginNotAllowed';
  override readonly kind = 'forbidden';
  override readonly field = 'Origin';
  constructor() {
    super('This site may not show the program’s messages; its origin must be allowed by the program');
  }
}
