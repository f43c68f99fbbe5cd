import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbedded, openEventStoreDb, type EventStoreDb } from '@app/composition';
import type { EventStore, RecordedStoredEvent, StoredEvent } from '@app/eventing';
import { parkedProjection } from '@app/read-models';
import { DoubleProcess } from '@app/emulators/eventstoredb';

const ADMIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const STREAMS = 20;
const ROUNDS = 12;

const happened = (data: StoredEvent['data']): StoredEvent => ({
  id: randomUUID(),
  type: 'Happened.v1',
  data,
  metadata: { by: 'spec', deep: { list: [1, null, 'ü'] } },
});

describe('admin copy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'copy-'));
  const data = join(folder, 'data');
  let server: DoubleProcess;
  let target: EventStoreDb;
  let record: RecordedStoredEvent[];
  beforeAll(async () => {
    server = await new DoubleProcess(join(folder, 'server')).start();
    target = await openEventStoreDb(server);
    const { eventStore, readModels, checkpoints, close } = await openEmbedded(data);
    for (let round = 0; round < ROUNDS; round += 1) {
      const revision = round === 0 ? 'no-stream' : 2 * round - 1;
      // Invalid JSON in the event store is returned as text.
      const one = (round === 3 ? '{"round":' : { round }) as StoredEvent['data'];
      const pair = () => [happened(one), happened({ text: 'y'.repeat(100) })];
      await Promise.all(Array.from({ length: STREAMS }, (_, n) => eventStore.append(`thing-${n}`, revision, pair())));
    }
    record = await all(eventStore);
    await readModels.prepare(parkedProjection);
    const head = (await eventStore.head()) ?? '';
    for (const name of [
      'automation',
      'automation replays',
      'notifier opt-outs',
      'notifier replays',
      'notifier sweep',
      'publisher',
      'parked',
    ])
      await checkpoints.set(name, null, head);
    await close();
  });
  afterAll(async () => {
    await target.close();
    await server.signal('SIGTERM');
    rmSync(folder, { recursive: true });
  });

  async function all(store: EventStore): Promise<RecordedStoredEvent[]> {
    const events: RecordedStoredEvent[] = [];
    const head = await store.head();
    for await (const batch of store.subscribe({ after: null, signal: new AbortController().signal })) {
      events.push(...batch.events);
      if (head !== null && batch.position >= head) break;
    }
    return events;
  }

  const copy = () =>
    spawn(process.execPath, [ADMIN, 'copy', '--data', data, '--to', server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const there = async (stream: string, revision: number): Promise<void> => {
    while ((await target.eventStore.read(stream, revision, 1)).length === 0);
  };
  const withoutPosition = ({ position: _, ...event }: RecordedStoredEvent) => event;

  test('continues after a kill of itself or the server, and duplicates nothing', async () => {
    const first = copy();
    await there('thing-9', 9);
    const killed = once(first, 'exit');
    first.kill('SIGKILL');
    expect(await killed).toEqual([null, 'SIGKILL']);
    expect((await all(target.eventStore)).length).toBeLessThan(record.length);

    const second = copy();
    const ended = once(second, 'exit');
    const output = second.stdout.setEncoding('utf8').toArray();
    await there('thing-9', 15);
    await server.signal('SIGKILL');
    await server.start();
    expect(await ended).toEqual([0, null]);
    expect((await output).join('')).toContain(`${record.length} events copied and equal`);
    expect((await all(target.eventStore)).map(withoutPosition)).toEqual(record.map(withoutPosition));
  });

  test('a target with other events is refused', async () => {
    await target.eventStore.append('other-1', 'no-stream', [happened({})]);
    const ended = once(copy(), 'exit');
    expect(await ended).toEqual([1, null]);
    expect(await all(target.eventStore)).toHaveLength(record.length + 1);
  });
});
