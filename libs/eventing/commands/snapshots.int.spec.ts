import { setImmediate as nextTurn } from 'node:timers/promises';
import { SnapshotStore, type Engines } from '@app/eventing';
import { contextOf, CountingStore, SnapshotsInMemory, Tallies, tallyAggregate } from '@app/testing';
import { TemporaryFolder } from '@app/testing/embedded';
import { EVENTS_PER_SNAPSHOT } from './snapshots.js';

const LENGTH = 5 * EVENTS_PER_SNAPSHOT + 7;

class FailingSnapshots extends SnapshotStore {
  get = () => Promise.reject(new Error('The disk is broken'));
  put = () => Promise.reject(new Error('The disk is full'));
}

describe('a long stream', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let id: string;
  let count = 0;
  const here = (): Tallies => new Tallies(engines.eventStore, engines.keyring, engines.snapshots);
  beforeAll(async () => {
    engines = await folder.open();
  });
  afterAll(() => folder.remove());
  beforeEach(() => {
    id = `t${(count += 1)}`;
  });

  async function addTo(tallies: Tallies, length: number): Promise<void> {
    for (let event = 0; event < length; event += 1) await tallies.add(id, [1], contextOf(`command ${event}`));
  }

  /** The snapshot of this revision, once it is stored. */
  async function snapshotAt(revision: number): Promise<string> {
    for (let turn = 0; turn < 10_000; turn += 1) {
      const text = await engines.snapshots.get(`tally-${id}`);
      if (text && (JSON.parse(text) as { readonly revision: number }).revision === revision) return text;
      await nextTurn();
    }
    throw new Error(`No snapshot of revision ${revision}`);
  }

  /** The number of events that a process without the stream in memory reads; the state must be right. */
  async function eventsRead(snapshots = engines.snapshots): Promise<number> {
    const store = new CountingStore(engines.eventStore, []);
    const { aggregates } = new Tallies(store, engines.keyring, snapshots);
    const { state, revision } = await aggregates.load(tallyAggregate, id);
    expect({ state, revision }).toEqual({ state: { sum: LENGTH, count: LENGTH }, revision: LENGTH - 1 });
    return store.events;
  }

  it('rule 3: is read from its last snapshot on, which commands store as it grows', async () => {
    await addTo(here(), LENGTH);
    await snapshotAt(5 * EVENTS_PER_SNAPSHOT - 1);
    expect(await eventsRead()).toBeLessThanOrEqual(EVENTS_PER_SNAPSHOT);
  });

  it('rule 3: gets a snapshot when it is read completely', async () => {
    await addTo(new Tallies(engines.eventStore, engines.keyring), LENGTH);
    expect(await eventsRead()).toBe(LENGTH);
    await snapshotAt(LENGTH - 1);
    expect(await eventsRead()).toBe(1);
  });

  it('M9: a command from before the snapshot gets its first response', async () => {
    await addTo(here(), LENGTH);
    await snapshotAt(5 * EVENTS_PER_SNAPSHOT - 1);
    expect(await here().add(id, [1], contextOf('command 3'))).toMatchObject({ revision: 3 });
    expect(await eventsRead()).toBeLessThanOrEqual(EVENTS_PER_SNAPSHOT);
  });

  it('rule 3: is read completely when the snapshot is of other events or another version', async () => {
    await addTo(here(), LENGTH);
    const text = await snapshotAt(5 * EVENTS_PER_SNAPSHOT - 1);
    const snapshot = JSON.parse(text) as { readonly handled: { readonly chunks: readonly { readonly end: object }[] } };
    const [chunk, ...chunks] = snapshot.handled.chunks.toReversed();
    const restored = {
      ...snapshot,
      handled: {
        ...snapshot.handled,
        chunks: [...chunks.toReversed(), { ...chunk, end: { ...chunk?.end, recordedAt: 1 } }],
      },
    };
    for (const other of [
      { ...snapshot, position: '00000000000000000001' },
      { ...snapshot, revision: LENGTH },
      { ...snapshot, version: '1.2' },
      restored,
      { ...snapshot, handled: null },
      null,
    ]) {
      const snapshots = new SnapshotsInMemory();
      await snapshots.put(`tally-${id}`, JSON.stringify(other));
      expect(await eventsRead(snapshots)).toBeGreaterThanOrEqual(LENGTH);
    }
  });

  it('rule 3: is read completely when snapshots cannot be read or stored', async () => {
    await addTo(new Tallies(engines.eventStore, engines.keyring, new FailingSnapshots()), LENGTH);
    expect(await eventsRead(new FailingSnapshots())).toBe(LENGTH);
    await nextTurn();
  });

  it('rule 3: leaves time for other work while it is read', async () => {
    await addTo(here(), LENGTH);
    const { aggregates } = new Tallies(engines.eventStore, engines.keyring);
    let turns = 0;
    const loading = { isDone: false };
    const loaded = aggregates.load(tallyAggregate, id).then(() => (loading.isDone = true));
    while (!loading.isDone) {
      await nextTurn();
      turns += 1;
    }
    await loaded;
    expect(turns).toBeGreaterThan(1);
  });
});
