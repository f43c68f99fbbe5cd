import type { SnapshotStore } from '@app/eventing';
import { uniqueName, type Opened } from './opened.js';

type Ports = { readonly snapshots: SnapshotStore };

/** What every engine with snapshots guarantees. */
export function snapshotStoreContract(engine: string, open: () => Promise<Opened<Ports>>): void {
  describe(`snapshot store: ${engine}`, () => {
    let opened: Opened<Ports>;
    let snapshots: SnapshotStore;
    beforeAll(async () => {
      opened = await open();
      ({ snapshots } = opened);
    });
    afterAll(() => opened.close());

    test('a stream has no snapshot until one is stored', async () => {
      const stream = `${uniqueName('thing')}-1`;
      expect(await snapshots.get(stream)).toBeNull();
      await snapshots.put(stream, '{"text":"Grüße"}');
      expect(await snapshots.get(stream)).toBe('{"text":"Grüße"}');
      expect(await snapshots.get(`${stream}1`)).toBeNull();
    });

    test('the last one stored counts', async () => {
      const stream = `${uniqueName('thing')}-1`;
      for (const snapshot of ['first', 'x'.repeat(100_000), 'last']) await snapshots.put(stream, snapshot);
      expect(await snapshots.get(stream)).toBe('last');
      await Promise.all(['a', 'b', 'c'].map((snapshot) => snapshots.put(stream, snapshot)));
      expect(['a', 'b', 'c']).toContain(await snapshots.get(stream));
    });

    test('it is there after reopening', async () => {
      const stream = `${uniqueName('thing')}-1`;
      await snapshots.put(stream, 'kept');
      ({ snapshots } = await opened.reopen());
      expect(await snapshots.get(stream)).toBe('kept');
    });
  });
}
