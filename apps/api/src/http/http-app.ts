import { ConsoleLogger, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { v7 } from 'uuid';
import { serveExplorer } from './explorer.js';
import { RequestPipe } from './request.pipe.js';
import { ProblemAdapter } from './server-errors.js';

const LARGEST_BODY_BYTES = 64 * 1024;

/** The API as an HTTP server that does not listen yet. */
export async function createHttpApp(module: Type | DynamicModule): Promise<NestFastifyApplication> {
  const adapter = new ProblemAdapter({ bodyLimit: LARGEST_BODY_BYTES, genReqId: () => v7(), forceCloseConnections: true });
  const logger = new ConsoleLogger({ json: true, logLevels: ['error', 'warn'] });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger });
  app.useGlobalPipes(new RequestPipe());
  SwaggerModule.setup('docs', app, () => openApiOf(app), { jsonDocumentUrl: 'openapi.json' });
  await serveExplorer(app);
  return app;
}

export const openApiOf = (app: NestFastifyApplication): OpenAPIObject =>
  SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle('Referral Messages')
      .setDescription('Conversations between a program and its contacts, in the app and by text, with consent. Errors are problem documents (RFC 9457) with a stable code.')
      .setVersion('1')
      .addBearerAuth()
      .addSecurityRequirements('bearer')
      .build(),
  );
