import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { StoredEvent } from '@app/eventing';
import { DoubleProcess } from '@app/emulators/eventstoredb';
import { openEventStoreDb } from './index.js';

/** Use EVENTS=1000000 for a real measurement, which takes some minutes. */
const EVENTS = Number(process.env['EVENTS'] ?? 20_000);
const PER_APPEND = 500;
const MEGABYTE = 1024 * 1024;
/** Less than the memory of the events of the smallest run. */
const TOLERANCE_MB = 15;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory in use after garbage collection, in megabytes. */
function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / MEGABYTE;
}

const happened = (): StoredEvent => ({
  id: randomUUID(),
  type: 'Happened.v1',
  data: { text: 'x'.repeat(500) },
  metadata: { actor: 'spec' },
});

test(
  `memory use stays constant over ${EVENTS} events`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
    const server = await new DoubleProcess(folder).start();
    const { eventStore, close } = openEventStoreDb(server);
    const streams = EVENTS / PER_APPEND;
    for (let n = 0; n < streams; n += 1) {
      await eventStore.append(
        `${n % 2 === 0 ? 'even' : 'odd'}-${n}`,
        'no-stream',
        Array.from({ length: PER_APPEND }, happened),
      );
    }
    for (const [categories, count] of [
      [undefined, EVENTS],
      [['even'], EVENTS / 2],
    ] as const) {
      const measured: number[] = [];
      let seen = 0;
      for await (const { events } of eventStore.subscribe({
        after: null,
        ...(categories && { categories }),
        signal: new AbortController().signal,
      })) {
        seen += events.length;
        while (seen >= ((measured.length + 1) * count) / 10) measured.push(heap());
        if (seen === count) break;
      }
      if (process.env['EVENTS'])
        console.log(`MB after each tenth of ${count} events: ${measured.map((mb) => mb.toFixed(1)).join(' ')}`);
      expect((measured.at(-1) ?? 0) - (measured[0] ?? 0)).toBeLessThan(TOLERANCE_MB);
    }
    await close();
    await server.signal('SIGTERM');
    rmSync(folder, { recursive: true });
  },
  Math.max(300_000, EVENTS),
);
