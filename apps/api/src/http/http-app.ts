import { randomUUID } from 'node:crypto';
import { ValidationPipe, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ConsoleLogger } from '@nestjs/common';
import { InvalidRequest } from '@app/platform';

const LARGEST_BODY_BYTES = 64 * 1024;

/** The API as an HTTP server that does not listen yet. */
export async function createHttpApp(module: Type | DynamicModule): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: LARGEST_BODY_BYTES, genReqId: () => randomUUID(), forceCloseConnections: true });
  const logger = new ConsoleLogger({ json: true, logLevels: ['error', 'warn'] });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger });
  // Unknown fields are refused, not dropped: a caller's typing error must not change what a command means.
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true, exceptionFactory: (errors) => InvalidRequest.from(errors) }));
  SwaggerModule.setup('docs', app, () => openApiOf(app), { jsonDocumentUrl: 'openapi.json' });
  app.enableShutdownHooks();
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
