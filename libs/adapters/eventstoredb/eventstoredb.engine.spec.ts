import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract } from '@app/testing/contracts';
import { DoubleProcess } from '@app/testing/eventstoredb-double';
import { openEventStoreDb } from './index.js';

/** The server that EVENTSTOREDB_URL names; without it the double, in a process of its own that is killed in between. */
const given = process.env['EVENTSTOREDB_URL'];

eventStoreContract(`eventstoredb, ${given ? 'a server' : 'the double in a process'}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  const double = given ? undefined : await new DoubleProcess(folder).start();
  const open = () => openEventStoreDb({ url: given ?? double?.url ?? '' });
  let opened = open();
  return {
    store: opened.eventStore,
    reopen: async () => {
      await opened.close();
      await double?.signal('SIGKILL');
      await double?.start();
      opened = open();
      return { store: opened.eventStore };
    },
    close: async () => {
      await opened.close();
      await double?.signal('SIGTERM');
      rmSync(folder, { recursive: true });
    },
  };
});
