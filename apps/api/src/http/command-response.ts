import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { CommandResult } from '@app/eventing';

/** The response to a command: the resulting revision, and a position that a query may wait for. */
export type CommandResponse = { readonly revision: number; readonly position: string | null };

export const commandResponse = ({ revision, position }: CommandResult): CommandResponse => ({ revision, position });

/** Sets a response's revision as its ETag, for a later `If-Match`. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((body: unknown) => {
        const revision = (body as { revision?: unknown } | null | undefined)?.revision;
        if (typeof revision === 'number') void reply.header('etag', `"${revision}"`);
        return body;
      }),
    );
  }
}
