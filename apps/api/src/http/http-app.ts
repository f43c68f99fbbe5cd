import { randomUUID } from 'node:crypto';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { connectionLimits, jsonLogger, limitConnections, type Configuration } from '@app/platform';
import { admitRequests } from './admit-requests.js';
import { addEtags } from './command-response.js';
import { serveExplorer } from './explorer.js';
import { refuseOtherMethods } from './refuse-other-methods.js';
import { RequestPipe } from './request.pipe.js';
import { ProblemDto } from './problem.dto.js';
import { addSecurityHeaders } from './security-headers.js';
import { acceptUploads } from './uploads.js';
import { serveSurfaces } from './surfaces.js';
import { ProblemAdapter } from './server-errors.js';

const LARGEST_BODY_BYTES = 64 * 1024;

/** The API as an HTTP server that does not listen yet. */
export async function createHttpApp(
  module: Type | DynamicModule,
  configuration: Configuration,
): Promise<NestFastifyApplication> {
  const adapter = new ProblemAdapter({
    ...connectionLimits(configuration),
    trustProxy: configuration.TRUST_PROXY ?? false,
    bodyLimit: LARGEST_BODY_BYTES,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: jsonLogger(),
    abortOnError: false,
  });
  limitConnections(app, configuration);
  addSecurityHeaders(app, configuration);
  serveSurfaces(app);
  admitRequests(app, LARGEST_BODY_BYTES);
  refuseOtherMethods(app);
  addEtags(app);
  acceptUploads(app);
  app.useGlobalPipes(new RequestPipe());
  const hasPages = configuration.DEVELOPER_PAGES === 'true';
  SwaggerModule.setup('docs', app, () => openApiOf(app), { jsonDocumentUrl: 'openapi.json', ui: hasPages });
  if (hasPages) await serveExplorer(app);
  return app;
}

/** The API description: the routes, and their common parts. */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Referral Messages')
    .setDescription(
      'Conversations between a program and its contacts, in the app and by text, with consent. Errors are problem documents (RFC 9457) with a stable code.',
    )
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .addGlobalResponse({
      status: '4XX',
      description: 'A rule was broken, or the request is not valid: a problem document',
    })
    .build();
  const description = SwaggerModule.createDocument(app, settings, { extraModels: [ProblemDto] });
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } };
  for (const path of Object.values(description.paths)) {
    for (const command of [path.post, path.put, path.patch, path.delete]) command?.parameters?.push(...commandHeaders);
    for (const operation of [path.get, path.post, path.put, path.patch, path.delete])
      Object.assign(operation?.responses['4XX'] ?? {}, { content: problem });
  }
  return description;
}

const commandHeaders = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'The same key on the same resource is the same command and gets the first response, even if nothing had to be done. A key is valid for 24 hours; later it may count as a new command. A request that a rule refused is decided again.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]+$', minLength: 1, maxLength: 200 },
  } as const,
  {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The revision on which the decision is based, from an ETag; not for requests that create a resource.',
    schema: { type: 'string', pattern: '^"?[0-9]{1,15}"?$' },
  } as const,
];
