import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Logger, UnsupportedMediaTypeException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { answerProblem, problemOf, type ConnectionLimits } from '@app/platform';

const logger = new Logger('HttpServer');

/** For responses that are sent before any hook could add the others. */
const bareHeaders = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): void =>
  answerProblem(logger, error, request.id, reply);

/** Requests that the HTTP server refuses before it has found a route: a malformed URL, an overlong parameter. */
const frameworkErrors: NonNullable<FastifyServerOptions['frameworkErrors']> = (error, request, reply) =>
  answer(error, request as FastifyRequest, (reply as FastifyReply).headers(bareHeaders));

const statusOfClientError: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Input that is not HTTP, or has endless headers: there is no request to answer, only a socket. */
function clientErrorHandler(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = statusOfClientError[error.code ?? ''] ?? 400;
  const body = JSON.stringify(problemOf({ statusCode: status }));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(bareHeaders).map(([name, value]) => `${name}: ${value}`),
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy();
}

/** The provider posts forms, all others JSON; a form is not accepted as JSON that happens to have the same fields. */
function checkMediaType(
  { method, url, headers }: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const isRefused = method !== 'GET' && isForm !== undefined && isForm !== url.startsWith('/webhooks/');
  done(isRefused ? new UnsupportedMediaTypeException() : undefined);
}

/** Some clients send a media type without a body: then there is nothing to parse. */
function forgetTypeOfNothing({ headers }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (
    headers['content-length'] === '0' ||
    (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
  )
    delete headers['content-type'];
  done();
}

/**
 * Answers requests that the server refuses before it calls a route (a body that is not JSON, too large, or of another
 * media type) with a problem document. Nest sets its own handler after the routes are made, too late for them.
 */
export class ProblemAdapter extends FastifyAdapter {
  constructor(
    options: Pick<FastifyServerOptions, 'bodyLimit' | 'genReqId' | 'forceCloseConnections' | 'trustProxy'> &
      ConnectionLimits,
  ) {
    super({ ...options, frameworkErrors, clientErrorHandler });
    const server = this.getInstance();
    server.setErrorHandler(answer);
    server.removeContentTypeParser('text/plain');
    server.addHook('onRequest', checkMediaType);
    server.addHook('onRequest', forgetTypeOfNothing);
  }

  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance();
  }
}
