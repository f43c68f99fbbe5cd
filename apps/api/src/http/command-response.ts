import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CommandResult } from '@app/eventing';

/** The response to a command: the resulting revision, and a position that a query may wait for. */
export type CommandResponse = { readonly revision: number; readonly position: string | null };

export const commandResponse = ({ revision, position }: CommandResult): CommandResponse => ({ revision, position });

/**
 * Sets a response's revision as its ETag, for a later `If-Match`. A hook, because a single interceptor makes Nest build
 * a chain of observables for every request.
 */
export function addEtags(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preSerialization', (_request, reply, body: unknown, done) => {
      const revision = (body as { revision?: unknown } | null | undefined)?.revision;
      if (typeof revision === 'number' && revision >= 0) void reply.header('etag', `"${revision}"`);
      done(null, body);
    });
}
