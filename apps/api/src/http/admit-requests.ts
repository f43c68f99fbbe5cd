import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ExportLinks } from '@app/application';
import { RecordCheck } from '@app/eventing';
import {
  AccessTokens,
  bearer,
  callerKey,
  clientAddress,
  Configuration,
  RateLimit,
  rateLimitHeaders,
  TooManyRequests,
  type AuthenticatedRequest,
  type Identity,
  type Usage,
} from '@app/platform';
import { Membership } from './membership.js';

/** Health must always respond. */
const isHealth = ({ routeOptions: { url = '' } }: FastifyRequest): boolean => url.startsWith('/health/');

/** The provider's posts must not be lost: webhooks are limited when their signature is checked. */
const isWebhook = ({ routeOptions: { url = '' } }: FastifyRequest): boolean => url.startsWith('/webhooks/');

/** Routes that require a token; the others are public. */
const needsToken = ({ method, routeOptions: { url = '' } }: FastifyRequest): boolean =>
  method !== 'OPTIONS' && ['/v1/', '/graphql', '/dev/'].some((prefix) => url.startsWith(prefix));

type ExportLink = { readonly exportId: string; readonly link: string };

/** The link that a request gives instead of a token: only for the file of an export. */
function exportLink({ routeOptions: { url }, params, query, headers }: FastifyRequest): ExportLink | null {
  const { id } = params as { readonly id?: unknown };
  const { link } = (query ?? {}) as { readonly link?: unknown };
  if (url !== '/v1/exports/:id/file' || headers.authorization !== undefined) return null;
  return typeof id === 'string' && typeof link === 'string' ? { exportId: id, link } : null;
}

/** @throws ExportLinkInvalid */
async function identityOf(links: ExportLinks, { exportId, link }: ExportLink): Promise<Identity> {
  const { programId, userId } = await links.holderOf(exportId, link);
  return { programId, id: userId, kind: 'member' };
}

/**
 * Authenticates the caller and applies the quotas, from the headers only: the body is not parsed or validated before. A
 * caller above their own quota uses none of the program's.
 */
export function admitRequests(app: NestFastifyApplication, largestBody: number): void {
  const tokens = app.get(AccessTokens);
  const membership = app.get(Membership);
  const links = app.get(ExportLinks);
  const recordCheck = app.get(RecordCheck);
  const { REQUESTS_PER_ADDRESS_PER_MINUTE, REQUESTS_PER_TOKEN_PER_MINUTE, REQUESTS_PER_PROGRAM_PER_MINUTE } =
    app.get(Configuration);
  const perAddress = new RateLimit('address', REQUESTS_PER_ADDRESS_PER_MINUTE);
  const perToken = new RateLimit('token', REQUESTS_PER_TOKEN_PER_MINUTE);
  const perProgram = new RateLimit('program', REQUESTS_PER_PROGRAM_PER_MINUTE);

  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const usages: Usage[] = [];
    const take = (limit: RateLimit, key: string): void => {
      const usage = limit.take(key);
      if (usage.isExceeded) throw new TooManyRequests(usage);
      usages.push(usage);
    };
    take(perAddress, clientAddress(request.ip));
    if (needsToken(request)) {
      const link = exportLink(request);
      const person = link ? await identityOf(links, link) : await tokens.verify(bearer(request.headers.authorization));
      const caller = await membership.callerOf(person);
      take(perToken, callerKey(caller));
      // The contacts of a program must not lock its staff out.
      take(perProgram, caller.kind === 'contact' ? `contacts of ${caller.programId}` : caller.programId);
      (request as AuthenticatedRequest).caller = caller;
    }
    void reply.headers(rateLimitHeaders(usages));
  }

  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      if (isHealth(request)) return;
      try {
        // Engines that were unavailable at the start may turn out not to belong together.
        await recordCheck.pass();
        if (!isWebhook(request)) await admit(request, reply);
      } catch (error) {
        closeInsteadOfReading(request, reply, largestBody);
        throw error;
      }
    });
}

/** The rest of an endless body is not waited for. */
function closeInsteadOfReading({ headers }: FastifyRequest, reply: FastifyReply, largestBody: number): void {
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > largestBody)
    void reply.header('connection', 'close');
}
