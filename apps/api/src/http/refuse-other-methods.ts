import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MethodNotAllowed } from '@app/platform';

/** Answers 405 with `Allow` when a path has routes, and none for the method of the request. */
export function refuseOtherMethods(app: NestFastifyApplication): void {
  const routes: { readonly segments: readonly string[]; readonly methods: readonly string[] }[] = [];
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: url.split('/'), methods: [method].flat() });
  });
  server.addHook('onRequest', async ({ is404, url }) => {
    if (!is404) return;
    const [path = ''] = url.split('?', 1);
    const given = path.split('/');
    const methods = routes.flatMap((route) => (matches(route.segments, given) ? route.methods : []));
    if (methods.length > 0) throw new MethodNotAllowed([...new Set(methods)].toSorted());
  });
}

/** A parameter (`:id`) stands for any segment. */
const matches = (segments: readonly string[], given: readonly string[]): boolean =>
  segments.length === given.length &&
  segments.every((segment, index) => (segment.startsWith(':') ? given[index] !== '' : segment === given[index]));
