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
import { startEventStoreDbDouble } from '@app/emulators/eventstoredb';
import type { EventStoreDbEventStore } from './event-store.js';
import { openEventStoreDb } from './index.js';

async function open(): Promise<Opened<{ store: EventStore }>> {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  let double = await startEventStoreDbDouble({ folder });
  let opened = openEventStoreDb(double);
  return {
    store: opened.eventStore,
    reopen: async () => {
      await opened.close();
      await double.close();
      double = await startEventStoreDbDouble({ folder });
      opened = openEventStoreDb(double);
      return { store: opened.eventStore };
    },
    close: async () => {
      await opened.close();
      await double.close();
      rmSync(folder, { recursive: true });
    },
  };
}

eventStoreContract('eventstoredb', open);
commandsContract('eventstoredb', open);

engineClockContract('eventstoredb', async () => {
  const { store, ...opened } = await open();
  const { clock } = store as EventStoreDbEventStore;
  const use = () =>
    store.append(`${uniqueName('clock')}-1`, 'no-stream', [
      { id: randomUUID(), type: 'Happened.v1', data: {}, metadata: {} },
    ]);
  return { ...opened, clock, use, reopen: () => Promise.resolve({ clock, use }) };
});
