import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '@app/eventing';
import { DoubleProcess } from '@app/emulators/eventstoredb';
import { openEventStoreDb, type EventStoreDb } from './index.js';

const happened = (): StoredEvent => ({ id: randomUUID(), type: 'Happened.v1', data: {}, metadata: {} });

describe('unavailable EventStoreDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  let server: DoubleProcess;
  let opened: EventStoreDb;
  beforeEach(async () => {
    server = await new DoubleProcess(folder).start();
    opened = openEventStoreDb(server);
  });
  afterEach(async () => {
    await opened.close();
    await server.signal('SIGCONT');
    await server.signal('SIGTERM');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    '%s under load: appends are stored once, subscriptions miss and repeat nothing',
    async (signal) => {
      const store = opened.eventStore;
      const after = await store.head();
      const [category, stop] = [`thing${signal}`, new AbortController()];
      const acknowledged: string[] = [];
      const follow = async (categories?: readonly string[]): Promise<string[]> => {
        const ids: string[] = [];
        for await (const { events } of store.subscribe({
          after,
          ...(categories && { categories }),
          signal: stop.signal,
        })) {
          ids.push(...events.filter(({ type }) => type !== 'End.v1').map(({ id }) => id));
          if (events.some(({ type }) => type === 'End.v1')) break;
        }
        return ids;
      };
      const followers = [follow(), follow([category]), follow([category])];
      let writing = true;
      const writer = async (n: number): Promise<void> => {
        for (let revision = -1; writing; revision += 1) {
          const event = happened();
          const answer = await store.append(`${category}-${n}`, revision < 0 ? 'no-stream' : revision, [event]);
          expect(answer.revision).toBe(revision + 1);
          acknowledged.push(event.id);
        }
      };
      const writers = Array.from({ length: 10 }, (_, n) => writer(n));
      for (let restarts = 1; restarts <= 3; restarts += 1) {
        const enough = acknowledged.length + 50;
        while (acknowledged.length < enough) await Promise.race([store.read(`${category}-0`, 0, 1), ...writers]);
        await server.signal(signal);
        await server.start();
      }
      writing = false;
      await Promise.all(writers);
      await store.append(`${category}-end`, 'no-stream', [{ ...happened(), type: 'End.v1' }]);
      for (const ids of await Promise.all(followers)) {
        expect(new Set(ids).size).toBe(ids.length);
        expect([...ids].sort()).toEqual([...acknowledged].sort());
      }
      stop.abort();
    },
  );

  test('a server that does not respond, or is gone, is unavailable; a later retry finds what it has stored', async () => {
    const otherFolder = mkdtempSync(join(tmpdir(), 'esdb-'));
    const gone = await new DoubleProcess(otherFolder).start();
    const other = openEventStoreDb(gone);
    const stream = `thing-${randomUUID()}`;
    const event = happened();
    await opened.eventStore.append(stream, 'no-stream', [happened()]);
    await server.signal('SIGSTOP');
    await gone.signal('SIGKILL');
    const asked: Promise<unknown>[] = [opened, other].flatMap(({ eventStore: store }) => [
      store.append(stream, 0, [event]),
      store.read(stream, 0, 10),
      store.head(),
    ]);
    for (const { status, ...outcome } of await Promise.allSettled(asked)) {
      expect(status).toBe('rejected');
      expect(outcome).toMatchObject({ reason: { name: 'EngineUnavailable', engine: 'EventStoreDB' } });
    }
    await server.signal('SIGCONT');
    expect(await opened.eventStore.append(stream, 0, [event])).toMatchObject({ revision: 1 });
    expect(await opened.eventStore.read(stream, 0, 10)).toHaveLength(2);
    await gone.start();
    expect(await other.eventStore.head()).toBeNull();
    await other.close();
    await gone.signal('SIGTERM');
    rmSync(otherFolder, { recursive: true });
  });
});
