import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Configuration } from '@app/platform';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** The explorer and Swagger's page have inline scripts. */
const PAGES_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'";
const isDeveloperPage = (url: string): boolean => url.startsWith('/explorer') || url.startsWith('/docs');

/** Headers of every response: it must not be cached, sniffed, framed or executed. */
export async function addSecurityHeaders(app: NestFastifyApplication, { PUBLIC_URL }: Configuration): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Browsers then refuse to connect without TLS, so only if the public address has TLS.
    hsts: PUBLIC_URL?.startsWith('https:') ? { maxAge: YEAR_SECONDS } : false,
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      void reply.header('cache-control', 'no-store');
      if (isDeveloperPage(request.routeOptions.url ?? '')) void reply.header('content-security-policy', PAGES_POLICY);
      done();
    });
}
