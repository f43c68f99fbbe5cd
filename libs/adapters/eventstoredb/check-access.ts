import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { jsonEvent, WrongExpectedVersionError, type EventStoreDBClient } from '@eventstore/db-client';
import { AccessRefused, noValidCertificate } from '@app/eventing';
import { patiently } from './patience.js';

/** Short: an unavailable server must not prevent the start. */
const PATIENCE_MS = 2_000;
const DEFAULT_PORT = 2113;

type Options = {
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly closing: AbortSignal;
};

/**
 * Asks the server for the required access: to read `$all`, and to append. Writes nothing.
 * @throws AccessRefused when it refuses; EngineUnavailable when it does not respond
 */
export async function checkAccess(client: EventStoreDBClient, { url, credentials, closing }: Options): Promise<void> {
  await checkCertificates(url);
  await patiently(closing, 'read $all', () => readLast(client), PATIENCE_MS);
  // No stream is as long as this, so a user who may append gets a conflict.
  const event = jsonEvent({ id: randomUUID(), type: 'AccessChecked', data: {} });
  const append = () =>
    client.appendToStream('access-check', event, {
      expectedRevision: 2n ** 40n,
      deadline: PATIENCE_MS,
      ...(credentials && { credentials }),
    });
  await patiently(closing, 'append to streams', append, PATIENCE_MS).catch((error: unknown) => {
    if (!(error instanceof WrongExpectedVersionError)) throw error;
  });
}

async function readLast(client: EventStoreDBClient): Promise<void> {
  for await (const _ of client.readAll({
    direction: 'backwards',
    fromPosition: 'end',
    maxCount: 1,
    requiresLeader: true,
  }));
}

/** The client reports a refused certificate like an unavailable server. @throws AccessRefused */
async function checkCertificates(url: string): Promise<void> {
  const [, hosts = '', query = ''] = /^[^:]+:\/\/(?:[^@/]*@)?([^/?]+)\/?(?:\?(.*))?$/.exec(url) ?? [];
  const options = new Map(
    [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase().replaceAll(/[_-]/g, ''), value]),
  );
  if (options.get('tls')?.toLowerCase() === 'false') return;
  const caFile = options.get('tlscafile');
  const ca = caFile === undefined ? undefined : readFileSync(caFile);
  await Promise.all(
    hosts.split(',').map(async (address) => {
      const [, host = '', port = DEFAULT_PORT] = /^(.+?)(?::(\d+))?$/.exec(address) ?? [];
      const problem = await certificateOf(host, Number(port), ca);
      if (problem) throw new AccessRefused('EventStoreDB', problem);
    }),
  );
}

/** The problem with the server's TLS; `null` when there is none, or nobody responds. */
function certificateOf(host: string, port: number, ca: Buffer | undefined): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      ...(ca && { ca }),
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
    });
    const end = (problem: string | null): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(PATIENCE_MS, () => end(null));
    socket.once('secureConnect', () =>
      end(socket.authorized ? null : noValidCertificate(String(socket.authorizationError))),
    );
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) =>
      end(
        code.startsWith('ERR_SSL_')
          ? `the server does not use TLS (${code}); to connect without TLS, add tls=false`
          : null,
      ),
    );
  });
}
