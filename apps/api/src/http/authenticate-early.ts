import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessTokens, bearer, type AuthenticatedRequest } from '@app/platform';

/** Routes that a token opens; the others authenticate in their own way, or are public. */
const needsToken = ({ method, routeOptions: { url = '' } }: FastifyRequest): boolean => method !== 'OPTIONS' && ['/v1/', '/graphql', '/dev/'].some((prefix) => url.startsWith(prefix));

/** Whoever has no valid token is refused by the headers alone: nothing of the body is parsed or validated. */
export function authenticateEarly(app: NestFastifyApplication, largestBody: number): void {
  const tokens = app.get(AccessTokens);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      if (!needsToken(request)) return;
      try {
        (request as AuthenticatedRequest).caller = await tokens.verify(bearer(request.headers.authorization));
      } catch (error) {
        closeInsteadOfReading(request, reply, largestBody);
        throw error;
      }
    });
}

/** The rest of a body without end is not waited for. */
function closeInsteadOfReading({ headers }: FastifyRequest, reply: FastifyReply, largestBody: number): void {
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > largestBody) void reply.header('connection', 'close');
}
