import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DoubleProcess, serverAnswers } from '@app/emulators/eventstoredb';

/** The server given in EVENTSTOREDB_URL; otherwise the double in a separate process. */
const given = process.env['EVENTSTOREDB_URL'];

serverAnswers(given ? 'a server' : 'the double in a process', async () => {
  if (given) return { url: given, close: () => Promise.resolve() };
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  const double = await new DoubleProcess(folder).start();
  return {
    url: double.url,
    close: async () => {
      await double.signal('SIGTERM');
      rmSync(folder, { recursive: true });
    },
  };
});
