import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { Configuration } from '../config/configuration.js';

/** A connection without any traffic for this long counts as dead. */
const IDLE_MS = 60_000;
/**
 * Between two requests on one connection; longer than that of most proxies, which would otherwise reuse a closed
 * connection.
 */
const KEEP_ALIVE_MS = 72_000;
const LONGEST_HEADERS_MS = 10_000;
const LONGEST_CHECKING_INTERVAL_MS = 5_000;

export type ConnectionLimits = {
  readonly requestTimeout: number;
  readonly connectionTimeout: number;
  readonly keepAliveTimeout: number;
  readonly http: { readonly headersTimeout: number; readonly connectionsCheckingInterval: number };
};

/**
 * How long the HTTP server waits for a request: options of Fastify. They limit how long a request takes to arrive, not
 * how long its response takes. Node checks the connections at an interval, so a slow request ends at most a quarter
 * later.
 */
export const connectionLimits = ({
  REQUEST_TIMEOUT_MS,
}: Pick<Configuration, 'REQUEST_TIMEOUT_MS'>): ConnectionLimits => ({
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionTimeout: IDLE_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  http: {
    headersTimeout: Math.min(LONGEST_HEADERS_MS, REQUEST_TIMEOUT_MS),
    connectionsCheckingInterval: Math.min(LONGEST_CHECKING_INTERVAL_MS, Math.ceil(REQUEST_TIMEOUT_MS / 4)),
  },
});

/** Connections beyond the limit are closed before anything is read from them. */
export function limitConnections(
  app: INestApplication,
  { MAX_CONNECTIONS }: Pick<Configuration, 'MAX_CONNECTIONS'>,
): void {
  (app.getHttpServer() as Server).maxConnections = MAX_CONNECTIONS;
}
