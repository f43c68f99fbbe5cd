import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '@app/eventing';
import {
  commandsContract,
  engineClockContract,
  eventStoreContract,
  uniqueName,
  type Opened,
} from '@app/testing/contracts';
import { DoubleProcess } from '@app/emulators/eventstoredb';
import type { EventStoreDbEventStore } from './event-store.js';
import { openEventStoreDb } from './index.js';

/**
 * The server given in EVENTSTOREDB_URL; otherwise the double in a separate process, which is killed during the tests.
 */
const given = process.env['EVENTSTOREDB_URL'];

const name = `eventstoredb, ${given ? 'a server' : 'the double in a process'}`;

async function open(): Promise<Opened<{ store: EventStore }>> {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  const double = given ? undefined : await new DoubleProcess(folder).start();
  const connect = () => openEventStoreDb({ url: given ?? double?.url ?? '' });
  let opened = connect();
  return {
    store: opened.eventStore,
    reopen: async () => {
      await opened.close();
      await double?.signal('SIGKILL');
      await double?.start();
      opened = connect();
      return { store: opened.eventStore };
    },
    close: async () => {
      await opened.close();
      await double?.signal('SIGTERM');
      rmSync(folder, { recursive: true });
    },
  };
}

eventStoreContract(name, open);
commandsContract(name, open);

engineClockContract(name, async () => {
  const { store, ...opened } = await open();
  const { clock } = store as EventStoreDbEventStore;
  const use = () =>
    store.append(`${uniqueName('clock')}-1`, 'no-stream', [
      { id: randomUUID(), type: 'Happened.v1', data: {}, metadata: {} },
    ]);
  return { ...opened, clock, use, reopen: () => Promise.resolve({ clock, use }) };
});
