import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';
import { sample } from '@app/sample-program';
import { Api } from './api.fixture.js';
import { resolverOf, valueOf, type Schema } from './described-input.fixture.js';
import { routesOf } from './routes.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

type Parameter = { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema };

/** Only a server gives these; a made up one is not one of the list or the event store. */
const GIVEN_BY_SERVER = new Set(['after', 'position', 'If-Match']);
/** Lists take at most one of these, which a description cannot say: of conversations, and of messages. */
const ONE_OF_THEM = [
  ['folder', 'contactId', 'referralId', 'source', 'label'],
  ['view', 'contactId'],
  ['view', 'referralId'],
  ['view', 'source'],
  ['view', 'label'],
  ['before', 'around'],
];
/** What a valid request may be answered: the described format is right, and a rule or a missing resource refuses it. */
const REFUSED = [403, 404, 409, 410, 422, 429];

it('G1: a request that the description allows is never refused for its format', async () => {
  const description = (await api.get('/openapi.json', { as: null })).body as unknown as OpenAPIObject;
  const resolve = resolverOf(description);
  for (const { method, path } of await routesOf(api)) {
    const operation = description.paths[path]?.[method.toLowerCase() as 'get'];
    const parameters = ((operation?.parameters ?? []) as Parameter[]).filter(({ name }) => !GIVEN_BY_SERVER.has(name));
    const body = (operation?.requestBody as { content?: Record<string, { schema: Schema }> } | undefined)?.content;
    // A file, not JSON: its own tests send some.
    if (body?.['text/csv']) continue;
    const of = (place: string): fc.Arbitrary<Record<string, unknown>> => {
      const some = parameters.filter((parameter) => parameter.in === place);
      return fc.record(Object.fromEntries(some.map(({ name, schema }) => [name, valueOf(schema, resolve)])), {
        requiredKeys: some.filter(({ required }) => required).map(({ name }) => name) as never[],
      });
    };
    const request = fc.record({
      path: of('path'),
      query: of('query').map((query) => withOne(query)),
      headers: of('header'),
      body: body?.['application/json'] ? valueOf(body['application/json'].schema, resolve) : fc.constant(undefined),
    });
    const as = path.startsWith('/v1/portal') ? sample.contact : sample.owner;
    await fc
      .assert(
        fc.asyncProperty(request, async ({ path: ids, query, headers, body: content }) => {
          const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(ids[name])));
          const asked = new URLSearchParams(query as Record<string, string>).toString();
          const answer = await api.ask(method, `${filled}?${asked}`, {
            as,
            headers: headers as Record<string, string>,
            ...(content !== undefined && { body: content }),
          });
          // A position in a body is given by the server too.
          if (answer.body['code'] === 'InvalidPosition') return;
          if (answer.status >= 300 && !REFUSED.includes(answer.status))
            throw new Error(`${answer.status} ${answer.text}`);
        }),
        { numRuns: 60, interruptAfterTimeLimit: 2_500 },
      )
      .catch((error: unknown) => {
        throw new Error(`${method} ${path}: ${String((error as Error).message)}`, { cause: error });
      });
  }
}, 120_000);

function withOne(query: Record<string, unknown>): Record<string, unknown> {
  const others = ONE_OF_THEM.flatMap((names) => names.filter((name) => name in query).slice(1));
  return Object.fromEntries(Object.entries(query).filter(([name]) => !others.includes(name)));
}
