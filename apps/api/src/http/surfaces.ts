import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Configuration, type Surface } from '@app/platform';

/** The surfaces that a route needs; `[]` for those that every api serves: health, and the descriptions. */
function surfacesOf(method: string, url: string): readonly Surface[] {
  if (url.startsWith('/webhooks/')) return ['webhooks'];
  if (url.startsWith('/v1/portal')) return ['portal'];
  if (url.startsWith('/v1/')) return [method === 'GET' || method === 'HEAD' ? 'queries' : 'commands'];
  // One document may contain both.
  if (url.startsWith('/graphql')) return ['queries', 'commands'];
  return [];
}

/** What people see of themselves: contacts ask for it too. */
const isOwn = (url: string): boolean => url === '/v1/me' || url.startsWith('/v1/me/');

/**
 * Serves only the configured surfaces, so that each can run in separate processes (G6), and the mail folder only to
 * developers.
 */
export function serveSurfaces(app: NestFastifyApplication): void {
  const { API_SURFACES, DEVELOPER_PAGES } = app.get(Configuration);
  const served = API_SURFACES.split(',');
  const isServed = (method: string, url: string): boolean =>
    url.startsWith('/dev/')
      ? DEVELOPER_PAGES === 'true'
      : (isOwn(url) && served.includes('portal')) ||
        surfacesOf(method, url).every((surface) => served.includes(surface));
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (isServed(request.method, request.routeOptions.url ?? '')) done();
      else reply.callNotFound();
    });
}
