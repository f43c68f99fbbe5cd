import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getDistDirectory, renderAltair } from 'altair-static';
import type { FastifyReply } from 'fastify';

const PATH = '/explorer';

/** A page to try GraphQL, served by the product: it works without a network. */
export async function serveExplorer(app: NestFastifyApplication): Promise<void> {
  await app.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: `${PATH}/`,
    index: false,
    decorateReply: false,
  });
  const page = renderAltair({
    baseURL: `${PATH}/`,
    endpointURL: '/graphql',
    initialHeaders: { authorization: 'Bearer …' },
    initialQuery: '{ inbox(first: 10) { edges { node { id displayName folder answers preview consent } } } }',
  });
  app
    .getHttpAdapter()
    .getInstance()
    .get(PATH, (_request: unknown, reply: FastifyReply) => reply.type('text/html').send(page));
}
