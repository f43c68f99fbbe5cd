import { EventStoreDBClient } from '@eventstore/db-client';
import type { EngineClock, EventStore } from '@app/eventing';
import { checkAccess } from './check-access.js';
import { EventStoreDbEventStore } from './event-store.js';

export type EventStoreDb = {
  readonly eventStore: EventStore;
  readonly clocks: readonly EngineClock[];
  /** Asks the server for the required access. @throws AccessRefused, EngineUnavailable */
  checkAccess(): Promise<void>;
  /** Ends subscriptions and pending calls. */
  close(): Promise<void>;
};

/**
 * The event store in EventStoreDB, 22.6 or later. The connection string holds TLS, user and password; the user must be
 * allowed to read `$all`. Connects at first use, so an unavailable server is no error here.
 * @throws TypeError for an invalid connection string, without quoting it
 */
export function openEventStoreDb({ url }: { readonly url: string }): EventStoreDb {
  const client = clientOf(url);
  const closing = new AbortController();
  const close = async (): Promise<void> => {
    closing.abort();
    await client.dispose();
  };
  let closed: Promise<void> | undefined;
  const options = { credentials: credentialsOf(url), closing: closing.signal };
  const eventStore = new EventStoreDbEventStore(client, options);
  return {
    eventStore,
    clocks: [eventStore.clock],
    checkAccess: () => checkAccess(client, { url, ...options }),
    close: () => (closed ??= close()),
  };
}

const OPTIONS = new Set(
  'tls tlscafile usercertfile userkeyfile nodepreference connectionname maxdiscoverattempts discoveryinterval gossiptimeout defaultdeadline keepaliveinterval keepalivetimeout'.split(
    ' ',
  ),
);

/** The client quotes the whole string, with its password, in errors, and prints it for options that it ignores. */
function clientOf(url: string): EventStoreDBClient {
  for (const [, name = ''] of url.matchAll(/[?&]([^=&?]+)=/g))
    if (!OPTIONS.has(name.toLowerCase().replaceAll(/[_-]/g, '')))
      throw new TypeError('The connection string of EventStoreDB has an option that is not known, or has no effect');
  const client = parsed(url);
  if (!client)
    throw new TypeError(
      'The connection string of EventStoreDB cannot be read: it must look like esdb://user:password@host:2113',
    );
  return client;
}

function parsed(url: string): EventStoreDBClient | null {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (error) {
    if ('connectionString' in Object(error) || (error as Error).name === 'URIError') return null;
    throw error;
  }
}

/**
 * Makes the client use one call for each append. Its shared call for all appends has no deadline, and a response that
 * arrives after another connection of the process failed ends the process (client 6.2.1).
 */
function credentialsOf(url: string): { username: string; password: string } | undefined {
  const [, username, password] = /^[^:]+:\/\/([^:@/]+):([^@]+)@/.exec(url) ?? [];
  if (username && password) return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  // Without TLS the client leaves them out.
  return /[?&]tls=false/i.test(url) ? { username: 'none', password: 'none' } : undefined;
}
