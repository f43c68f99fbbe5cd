import {
  counterId,
  isCounter,
  isDeleted,
  keyOf,
  rebuild,
  runProjection,
  type Checkpoints,
  type Counter,
  type Document,
  type DocumentWrite,
  type EventLog,
  type ReadModel,
  type ReadModelStore,
} from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import fc from 'fast-check';
import { newRecord, positionAt } from '../samples/new-record.js';
import { uniqueName } from './opened.js';
import { collect, PROGRAM } from './read-model-store.samples.js';

type Moved = Message<'Moved', { to: string | null; owner: string }>;
type Place = Document & { readonly folder: string; readonly owner: string };

/** Documents in folders, counted for all and for each owner. */
const places = (): ReadModel<Place | Counter, Moved> => ({
  name: uniqueName('places'),
  categories: ['place'],
  handles: ['Moved'],
  indexes: {},
  touches: ({ aggregateId }) => aggregateId,
  evolve: (_, { data: { to, owner }, metadata: { programId } }, id) =>
    to === null ? null : { id, programId, folder: to, owner },
  amounts: (row) =>
    'totals' in row ? {} : { all: { [String(row.folder)]: 1 }, [String(row.owner)]: { [String(row.folder)]: 1 } },
});

const moves = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 4 }),
    to: fc.constantFrom('unread', 'read', 'archived', null),
    owner: fc.constantFrom('anna', 'ben'),
  }),
  { minLength: 1, maxLength: 20 },
);
/** One run of the projector: how many events it gets at once, and which of the documents it writes before it is killed. */
const runs = fc.array(fc.record({ size: fc.integer({ min: 1, max: 7 }), written: fc.array(fc.boolean()) }), {
  maxLength: 6,
});

/** Totals stay right whatever an engine without transactions wrote before a crash. */
export function counterCases(store: () => ReadModelStore, checkpoints: () => Checkpoints): void {
  test('rule 8: each event is counted once, in whatever batches, and whatever was written before a crash', async () => {
    await fc.assert(
      fc.asyncProperty(moves, runs, async (given, killed) => {
        const model = places();
        const record = newRecord(PROGRAM);
        const events = given.map(({ id, ...data }) => record<Moved>(`place-${id}`, { type: 'Moved', data }));
        await store().prepare(model);
        await store().write(model, [], { from: null, to: positionAt(0) });
        const end = events.at(-1)?.position ?? '';
        for (const { size, written } of killed) {
          const readModels = killedAfter(store(), written);
          const running = run({ readModels, checkpoints: checkpoints(), eventLog: logOf(events, size) }, model);
          await running.catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
        }
        await run({ readModels: store(), checkpoints: checkpoints(), eventLog: logOf(events, 3) }, model);
        expect(await checkpoints().get(model.name)).toBe(end);
        const live = await collect(store().scan(model, 'live'));
        const documents = live.map(({ document }) => document as Place | Counter);
        const rows = documents.filter((row): row is Place => !('totals' in row));
        for (const counter of ['all', 'anna', 'ben']) {
          const totals = (documents.find(({ id }) => id === counterId(counter)) as Counter | undefined)?.totals ?? {};
          for (const folder of ['unread', 'read', 'archived'])
            expect([counter, folder, totals[folder] ?? 0]).toEqual([
              counter,
              folder,
              rows.filter((row) => row.folder === folder && (counter === 'all' || row.owner === counter)).length,
            ]);
        }
        await rebuild({ readModels: store(), eventLog: logOf(events, 4) }, model, new AbortController().signal);
        expect(await collect(store().scan(model, 'rebuild'))).toEqual(live);
        await store().dropRebuild(model);
      }),
      { numRuns: 15 },
    );
  });
}

const run = (followed: Parameters<typeof runProjection>[0], model: ReadModel): Promise<void> =>
  runProjection(followed, model, new AbortController().signal);

/** A log that ends after its last event, in batches of this size. */
const logOf = (events: readonly Recorded<Moved>[], size: number): EventLog =>
  ({
    async *follow({ after }: { readonly after: string | null }) {
      const left = events.filter(({ position }) => position > (after ?? ''));
      for (let n = 0; n < left.length; n += size) {
        const all = left.slice(n, n + size);
        yield { all, position: all.at(-1)?.position };
      }
    },
    head: async () => events.at(-1)?.position ?? null,
  }) as unknown as EventLog;

class Killed extends Error {}

/**
 * A store that is killed in its first write: of the counters it has written those that were drawn, and of the other
 * documents too if all counters are written. The checkpoint did not move.
 */
function killedAfter(store: ReadModelStore, drawn: readonly boolean[]): ReadModelStore {
  const killed: Pick<ReadModelStore, 'prepare' | 'versions' | 'write'> = {
    prepare: (model) => store.prepare(model),
    versions: (model, keys) => store.versions(model, keys),
    async write(model, writes, { from }) {
      const isWritten = (_: DocumentWrite, n: number): boolean => drawn[n] ?? true;
      const counters = writes.filter((write) => isCounter(keyOf(write)));
      const others = writes.filter((write) => !isCounter(keyOf(write)));
      const first = counters.filter(isWritten);
      const then = first.length === counters.length ? others.filter(isWritten) : [];
      expect(counters.some(isDeleted)).toBe(false);
      await store.write(model, [...first, ...then], { from, to: from ?? '' });
      throw new Killed();
    },
  };
  return killed as ReadModelStore;
}
