import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet, { type HelmetOptions } from 'helmet';
import type { Configuration } from '@app/platform';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** The explorer and Swagger's page have inline scripts. */
const PAGES_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'";
const isDeveloperPage = (url: string): boolean => url.startsWith('/explorer') || url.startsWith('/docs');

type Headers = Readonly<Record<string, string>>;

/** Headers of every response: it must not be cached, sniffed, framed or executed. */
export function addSecurityHeaders(app: NestFastifyApplication, { PUBLIC_URL }: Configuration): void {
  const headers: Headers = {
    ...helmetHeaders({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
      },
      // Browsers then refuse to connect without TLS, so only if the public address has TLS.
      hsts: PUBLIC_URL?.startsWith('https:') ? { maxAge: YEAR_SECONDS } : false,
    }),
    'cache-control': 'no-store',
  };
  const ofPages: Headers = { ...headers, 'content-security-policy': PAGES_POLICY };
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      void reply.headers(isDeveloperPage(request.routeOptions.url ?? '') ? ofPages : headers);
      done();
    });
}

/** Computed once, since they are the same for every response. */
function helmetHeaders(options: HelmetOptions): Headers {
  const headers: Record<string, string> = {};
  const collect = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const [request, response] = [{}, collect] as unknown as Parameters<ReturnType<typeof helmet>>;
  helmet(options)(request, response, () => undefined);
  return headers;
}
