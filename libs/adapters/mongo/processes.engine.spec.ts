import { setImmediate as nextTurn } from 'node:timers/promises';
import { CheckpointMoved, counterId, KeyDestroyed, type DocumentWrite } from '@app/eventing';
import {
  at,
  byId,
  card,
  collect,
  newModel,
  PROGRAM,
  rejection,
  remove,
  uniqueName,
  write,
} from '@app/testing/contracts';
import { Collection } from 'mongodb';
import { markerOf, moveMarker } from './checkpoints.js';
import { Connection } from './connection.js';
import { writeGuarded } from './guarded-writes.js';
import { openMongo, type Mongo } from './index.js';
import { liveName, storedIn, storedKey } from './model-collections.js';
import { TemporaryDatabase } from './temporary-database.fixture.js';

type Documents = Parameters<typeof writeGuarded>[0];
type Bulk = Parameters<Documents['bulkWrite']>[0];

/** Each opened instance has connections and memory of its own, like a process. */
describe('MongoDB shared by several processes', () => {
  const database = new TemporaryDatabase();
  let connection: Connection;
  let a: Mongo;
  let b: Mongo;
  beforeAll(async () => {
    connection = new Connection(database.url);
    [a, b] = [await openMongo(database), await openMongo(database)];
  });
  afterAll(async () => {
    await Promise.all([a.close(), b.close(), connection.close()]);
    await database.drop();
  });

  test('a waiter is notified of checkpoints moved by another process, for a follower or a read model', async () => {
    const model = newModel();
    const follower = uniqueName('follower');
    await Promise.all([a.readModels.prepare(model), b.readModels.prepare(model)]);
    const waiting = [model.name, follower].map((name) => b.checkpoints.waitFor(name, at(2), 20_000));
    for (const n of [1, 2]) {
      const from = n === 1 ? null : at(n - 1);
      await a.readModels.write(model, [write(n, card('x'))], { from, to: at(n) });
      await a.checkpoints.set(follower, from, at(n));
    }
    expect(await Promise.all(waiting)).toEqual([true, true]);
    expect(await b.readModels.get(model, PROGRAM, ['x'])).toHaveLength(1);
  });

  test('of two writers of one model one continues, the other is refused, and no document goes back', async () => {
    const model = newModel();
    await Promise.all([a.readModels.prepare(model), b.readModels.prepare(model)]);
    for (let n = 1; n <= 20; n += 1) {
      const writes = Array.from({ length: 10 }, (_, i) => write(n, card(`card${i}`, { rank: n })));
      const from = n === 1 ? null : at(n - 1);
      const writing = [a, b].map(({ readModels }) => readModels.write(model, writes, { from, to: at(n) }));
      const failed = (await Promise.allSettled(writing)).filter((outcome) => outcome.status === 'rejected');
      expect(failed).toHaveLength(1);
      expect(failed[0]?.reason).toBeInstanceOf(CheckpointMoved);
    }
    const stored = await collect(a.readModels.scan(model, 'live'));
    expect(stored).toEqual(Array.from({ length: 10 }, (_, i) => write(20, card(`card${i}`, { rank: 20 }))));
  });

  test('a model has one checkpoint, whoever moves it by name', async () => {
    const model = newModel();
    await a.readModels.prepare(model);
    await b.checkpoints.set(model.name, null, at(3));
    expect(await a.checkpoints.get(model.name)).toBe(at(3));
    expect(await rejection(a.readModels.write(model, [], { from: null, to: at(4) }))).toBeInstanceOf(CheckpointMoved);
    await a.readModels.write(model, [], { from: at(3), to: at(4) });
    expect(await rejection(b.checkpoints.set(model.name, null, at(5)))).toBeInstanceOf(CheckpointMoved);
  });

  test('a newer document replaces an older one that another process inserts at the same moment', async () => {
    const name = uniqueName('documents');
    await connection.reach(async (db) => {
      const documents = storedIn(db, name);
      // The server looks for x and finds none; before it inserts its own, another process has inserted an older one.
      const meanwhile = async ([, ...others]: Bulk): Promise<unknown> => {
        await documents.insertOne({ ...storedKey(card('x')), position: at(1), document: card('x', { rank: 1 }) });
        delete server.bulkWrite;
        return documents.bulkWrite(
          [{ insertOne: { document: { ...storedKey(card('x')), position: at(2), document: card('x') } } }, ...others],
          { ordered: false },
        );
      };
      const server = Object.create(documents, { bulkWrite: { value: meanwhile, configurable: true } }) as Omit<
        Documents,
        'bulkWrite'
      > & { bulkWrite?: unknown };
      await writeGuarded(server as Documents, [write(2, card('x', { rank: 2 })), write(2, card('y'))]);
      expect(byId((await documents.find().toArray()).flatMap(({ document }) => document ?? []))).toEqual([
        card('x', { rank: 2 }),
        card('y'),
      ]);
    });
  });

  test('rule 8: counters are stored before other documents', async () => {
    const model = newModel();
    await a.readModels.prepare(model);
    const counter = { id: counterId('all'), programId: PROGRAM, totals: { unread: 1 } };
    const { bulkWrite } = Collection.prototype;
    const killed = jest.spyOn(Collection.prototype, 'bulkWrite').mockImplementation(function (
      this: Collection,
      ...args: unknown[]
    ) {
      if (killed.mock.calls.length > 1) throw new Error('Killed');
      return Reflect.apply(bulkWrite, this, args) as never;
    });
    try {
      const writing = a.readModels.write(model, [write(1, card('x')), write(1, counter)], { from: null, to: at(1) });
      expect(await rejection(writing)).toMatchObject({ message: 'Killed' });
    } finally {
      killed.mockRestore();
    }
    expect(await collect(a.readModels.scan(model, 'live'))).toEqual([write(1, counter)]);
  });

  test('the checkpoint does not move when the documents cannot be written', async () => {
    const model = newModel();
    await a.readModels.prepare(model);
    const unwritable = card('x', { deep: { 'no key of BSON: \u0000': 1 } });
    await rejection(a.readModels.write(model, [write(1, unwritable)], { from: null, to: at(1) }));
    expect(await a.checkpoints.get(model.name)).toBeNull();
  });

  test('a worker cannot move the checkpoint of the collection that replaced its own', async () => {
    const model = newModel();
    await a.readModels.prepare(model);
    await a.readModels.write(model, [], { from: null, to: at(4) });
    await connection.reach(async (db) => {
      const before = await markerOf(db, model.name);
      if (!before) throw new Error('It has no marker');
      await b.readModels.beginRebuild(model);
      await b.readModels.swapRebuild(model, at(4));
      const moving = moveMarker(db, before, { name: model.name, from: at(4), to: at(5) });
      expect(await rejection(moving)).toBeInstanceOf(CheckpointMoved);
    });
    expect(await a.checkpoints.get(model.name)).toBe(at(4));
  });

  test('no event is lost when the model is swapped repeatedly under a worker', async () => {
    const model = newModel();
    const events = Array.from({ length: 150 }, (_, n) => write(n + 1, card(`card${String(n).padStart(3, '0')}`)));
    const swapUnderTheWorker = async (): Promise<void> => {
      for (let swaps = 0; swaps < 20; swaps += 1) {
        const head = (await b.checkpoints.get(model.name)) ?? at(0);
        await b.readModels.beginRebuild(model);
        await b.readModels.fillRebuild(
          model,
          events.filter(({ position }) => position <= head),
        );
        await b.readModels.swapRebuild(model, head);
      }
    };
    const [restarts] = await Promise.all([runWorker(a, model, events), swapUnderTheWorker()]);
    expect(restarts).toBeGreaterThan(0);
    // The write may have been done before the last swap undid it.
    await runWorker(a, model, events);
    expect(await collect(a.readModels.scan(model, 'live'))).toEqual(events);
  });

  test('processes of two versions keep a model with the indexes of both', async () => {
    const model = newModel();
    const newer = { ...model, indexes: { byOpen: ['open'] } };
    await Promise.all([a, b, a, b].map(({ readModels }, n) => readModels.prepare(n % 2 === 0 ? model : newer)));
    await a.readModels.write(model, [write(1, card('x'))], { from: null, to: at(1) });
    await Promise.all([b.readModels.prepare(newer), a.readModels.prepare(model)]);
    expect(await b.checkpoints.get(model.name)).toBe(at(1));
    const indexes = await connection.reach((db) => storedIn(db, liveName(model.name)).indexes());
    const keys = indexes.map(({ key }) => Object.keys(key as object).join());
    expect(keys).toContain('document.place,document.rank,document.id');
    expect(keys).toContain('document.open,document.id');
    expect(keys).toContain('program,document.terms');
  });

  test('concurrent processes agree on one key, and all soon forget a destroyed one', async () => {
    const subjects = Array.from({ length: 5 }, () => uniqueName('subject'));
    const wanted = Array.from({ length: 60 }, (_, n) => ({
      subject: subjects[n % 5] ?? '',
      keyring: (n % 2 === 0 ? a : b).keyring,
    }));
    const keys = await Promise.all(
      wanted.map(
        async ({ subject, keyring }) => `${subject} ${Buffer.from(await keyring.ensure(subject)).toString('hex')}`,
      ),
    );
    expect(new Set(keys).size).toBe(5);

    const [subject = ''] = subjects;
    await b.keyring.get([subject]);
    await a.keyring.destroy(subject);
    expect((await a.keyring.get([subject])).get(subject)).toBe('destroyed');
    const destroyedAt = performance.now();
    while ((await b.keyring.get([subject])).get(subject) !== 'destroyed') await nextTurn();
    expect(performance.now() - destroyedAt).toBeLessThan(1_500);
    expect(await rejection(b.keyring.ensure(subject))).toBeInstanceOf(KeyDestroyed);
  });

  test('ids, values and keys from users are never operators', async () => {
    const model = newModel();
    await a.readModels.prepare(model);
    const odd = [
      card('$gt', { place: '$ne', terms: ['$regex', '\u0000', '.*'] }),
      card('a.b', { place: '{"$ne":null}', deep: { $set: { 'a.b': 1, $inc: [{ '': null }] } } }),
      card('\u0000', { place: '/./' }),
    ];
    for (const n of [1, 2])
      await a.readModels.write(
        model,
        odd.map((document) => write(n, document)),
        { from: n === 1 ? null : at(1), to: at(n) },
      );
    expect(
      byId(
        await a.readModels.get(
          model,
          PROGRAM,
          odd.map(({ id }) => id),
        ),
      ),
    ).toEqual(byId(odd));
    for (const document of odd) {
      const request = {
        programId: PROGRAM,
        index: 'byPlace',
        equals: { place: document.place },
        order: 'asc',
        limit: 5,
      } as const;
      expect((await a.readModels.page(model, request)).documents).toEqual([document]);
    }
    for (const term of odd.flatMap(({ terms }) => terms)) {
      const found = odd.filter(({ terms }) => terms.some((other) => other.startsWith(term)));
      expect(byId(await a.readModels.search(model, { programId: PROGRAM, prefix: term }, 5))).toEqual(byId(found));
    }
    const equals = { place: { $ne: null } as unknown as string };
    expect(
      await rejection(
        a.readModels.page(model, { programId: PROGRAM, index: 'byPlace', equals, order: 'asc', limit: 5 }),
      ),
    ).toBeInstanceOf(TypeError);
    expect(
      await rejection(
        a.readModels.write(model, [write(3, card('x', { rank: [1] as unknown as number }))], {
          from: at(2),
          to: at(3),
        }),
      ),
    ).toBeInstanceOf(TypeError);
  });

  test('rule 9: each access to documents names the program, so that a sharded cluster can route it', async () => {
    const filters: object[] = [];
    const noting = (filter: object | undefined): void => void filters.push(filter ?? {});
    const { find, findOne, updateOne, updateMany, bulkWrite } = Collection.prototype;
    const spies = [
      jest.spyOn(Collection.prototype, 'find').mockImplementation(function (this: Collection, ...args: unknown[]) {
        noting(args[0] as object);
        return Reflect.apply(find, this, args) as never;
      }),
      ...(
        [
          ['findOne', findOne],
          ['updateOne', updateOne],
          ['updateMany', updateMany],
        ] as const
      ).map(([name, call]) =>
        jest.spyOn(Collection.prototype, name).mockImplementation(function (this: Collection, ...args: unknown[]) {
          noting(args[0] as object);
          return Reflect.apply(call, this, args) as never;
        }),
      ),
      jest.spyOn(Collection.prototype, 'bulkWrite').mockImplementation(function (this: Collection, ...args: unknown[]) {
        for (const operation of args[0] as Readonly<Record<string, { readonly filter: object }>>[])
          for (const { filter } of Object.values(operation)) noting(filter);
        return Reflect.apply(bulkWrite, this, args) as never;
      }),
    ];
    try {
      const model = newModel();
      await a.readModels.prepare(model);
      await a.readModels.write(model, [write(1, card('x')), remove(1, 'y')], { from: null, to: at(1) });
      a.checkpoints.pass(model.name, at(1), at(2));
      await a.readModels.write(model, [write(3, card('x'))], { from: at(2), to: at(3) });
      await a.readModels.get(model, PROGRAM, ['x']);
      await a.readModels.versions(model, [{ programId: PROGRAM, id: 'x' }]);
      await a.readModels.search(model, { programId: PROGRAM, prefix: 'x' }, 5);
      const list = { programId: PROGRAM, index: 'byPlace', equals: { place: 'a' }, order: 'asc', limit: 5 } as const;
      await a.readModels.page(model, list);
      await a.readModels.beginRebuild(model);
      await a.readModels.fillRebuild(model, [write(1, card('x'))]);
      await a.readModels.swapRebuild(model, at(3));
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(filters.length).toBeGreaterThan(10);
    for (const filter of filters) expect(Object.keys(filter)).toContain('program');
  });

  test('a URL cannot request less than a majority', async () => {
    const less = 'w=1&journal=false&wtimeoutMS=1&readConcernLevel=local&readPreference=secondaryPreferred';
    const other = new Connection(`${database.url}${database.url.includes('?') ? '&' : '?'}${less}`);
    const { readConcern, writeConcern, readPreference } = await other.reach(async (db) => db);
    expect(readConcern?.level).toBe('majority');
    expect(writeConcern).toMatchObject({ w: 'majority', journal: true, wtimeoutMS: 10_000 });
    expect(readPreference?.mode).toBe('primary');
    await other.close();
  });

  test('closing ends waits, and closing twice is harmless', async () => {
    const mongo = await openMongo(database);
    const name = uniqueName('follower');
    const waiting = mongo.checkpoints.waitFor(name, at(1), 20_000);
    expect(await mongo.checkpoints.get(name)).toBeNull();
    await Promise.all([mongo.close(), mongo.close()]);
    await mongo.close();
    expect(await waiting).toBe(false);
    expect(await rejection(mongo.checkpoints.get(name))).toBeInstanceOf(Error);
  });
});

/** Follows the events, each a document, and starts again when another copy replaced the model. @returns how often */
async function runWorker(
  { readModels, checkpoints }: Mongo,
  model: ReturnType<typeof newModel>,
  events: readonly DocumentWrite[],
): Promise<number> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      await readModels.prepare(model);
      let from = await checkpoints.get(model.name);
      for (const event of events.filter(({ position }) => position > (from ?? ''))) {
        await readModels.write(model, [event], { from, to: event.position });
        from = event.position;
      }
      return restarts;
    } catch (error) {
      if (!(error instanceof CheckpointMoved)) throw error;
    }
  }
}
