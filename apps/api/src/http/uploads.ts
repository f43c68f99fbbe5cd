import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { InvalidRequest } from '@app/platform';

const UPLOADS = '/v1/imports';

/** Lets the route of uploads read its file while it arrives; nothing is read before the caller's permission is checked. */
export function acceptUploads(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser('text/csv', ({ routeOptions: { url } }, payload, done) => {
      if (url === UPLOADS) done(null, payload);
      else done(new UnsupportedMediaTypeException());
    });
}

/** The file in the body. @throws InvalidRequest when it is none, or does not arrive completely */
export async function* uploadOf({ body }: FastifyRequest): AsyncGenerator<Buffer> {
  if (!(typeof body === 'object' && body !== null && Symbol.asyncIterator in body))
    throw new InvalidRequest([
      { field: 'Content-Type', rule: 'csv', message: 'send the file itself as the body, with Content-Type: text/csv' },
    ]);
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch {
    throw new InvalidRequest([{ field: 'body', rule: 'complete', message: 'the file did not arrive completely' }]);
  }
}
