import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Configuration, type Surface } from '@app/platform';

/** What a route needs; `[]` for what every api serves: health, and the descriptions. */
function surfacesOf(method: string, url: string): readonly Surface[] {
  if (url.startsWith('/webhooks/')) return ['webhooks'];
  if (url.startsWith('/v1/portal')) return ['portal'];
  if (url.startsWith('/v1/')) return [method === 'GET' || method === 'HEAD' ? 'queries' : 'commands'];
  // One document may hold both.
  if (url.startsWith('/graphql')) return ['queries', 'commands'];
  return [];
}

/** Serves only the surfaces that the configuration names, so that each can run in processes of its own (G6). */
export function serveSurfaces(app: NestFastifyApplication): void {
  const served = app.get(Configuration).API_SURFACES.split(',');
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (surfacesOf(request.method, request.routeOptions.url ?? '').every((surface) => served.includes(surface))) done();
      else reply.callNotFound();
    });
}
