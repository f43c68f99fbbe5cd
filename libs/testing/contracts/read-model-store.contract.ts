import { CheckpointMoved, isDeleted, keyOf, type Checkpoints, type ReadModelStore } from '@app/eventing';
import fc from 'fast-check';
import { checkpointCases } from './checkpoints.contract.js';
import { counterCases } from './counters.contract.js';
import { rejection, type Opened } from './opened.js';
import { pageCases } from './page.contract.js';
import { fullPages, at, byId, card, collect, newModel, remove, write, PROGRAM } from './read-model-store.samples.js';
import { rebuildCases } from './rebuild.contract.js';

type Ports = { readonly store: ReadModelStore; readonly checkpoints: Checkpoints };

/** Contract of read model stores and their checkpoints. */
export function readModelStoreContract(name: string, open: () => Promise<Opened<Ports>>): void {
  describe(`read model store contract: ${name}`, () => {
    let opened: Opened<Ports>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    const store = () => opened.store;
    const checkpoints = () => opened.checkpoints;

    describe('write and get', () => writeCases(store, checkpoints));
    describe('page', () => pageCases(store));
    describe('search', () => searchCases(store));
    describe('rebuild', () => rebuildCases(store, checkpoints));
    describe('counters', () => counterCases(store, checkpoints));
    describe('checkpoints', () => checkpointCases(checkpoints));

    test('documents and checkpoint exist after reopening', async () => {
      const model = newModel();
      await store().prepare(model);
      await store().write(model, [write(1, card('a'))], { from: null, to: at(5) });
      opened = { ...opened, ...(await opened.reopen()) };
      await store().prepare(model);
      expect(await checkpoints().get(model.name)).toBe(at(5));
      expect(await store().get(model, PROGRAM, ['a'])).toEqual([card('a')]);
      await store().write(model, [write(1, card('a', { rank: 9 }))], { from: at(5), to: at(6) });
      expect(await store().search(model, { programId: PROGRAM, prefix: 'a' }, 5)).toEqual([card('a')]);
    });
  });
}

function writeCases(store: () => ReadModelStore, checkpoints: () => Checkpoints): void {
  test('writes documents with their checkpoint and finds them by id', async () => {
    const model = newModel();
    await store().prepare(model);
    await store().prepare(model);
    expect(await checkpoints().get(model.name)).toBeNull();
    const documents = [card('a', { deep: { list: [1, 'ü', null] } }), card('b'), card('c')];
    await store().write(
      model,
      documents.map((document, n) => write(n, document)),
      { from: null, to: at(7) },
    );
    expect(await checkpoints().get(model.name)).toBe(at(7));
    expect(byId(await store().get(model, PROGRAM, ['c', 'a', 'none']))).toEqual([documents[0], documents[2]]);
    expect(await store().get(model, PROGRAM, [])).toEqual([]);
  });

  test('a worker whose checkpoint was moved writes nothing', async () => {
    const model = newModel();
    await store().prepare(model);
    await store().write(model, [write(1, card('a'))], { from: null, to: at(1) });
    for (const from of [null, at(0), at(2)]) {
      const writing = store().write(model, [write(9, card('a', { rank: 9 })), write(9, card('b'))], {
        from,
        to: at(9),
      });
      expect(await rejection(writing)).toBeInstanceOf(CheckpointMoved);
    }
    expect(await checkpoints().get(model.name)).toBe(at(1));
    expect(await store().get(model, PROGRAM, ['a', 'b'])).toEqual([card('a')]);
  });

  test('of two workers at the same checkpoint one wins', async () => {
    const model = newModel();
    await store().prepare(model);
    const writing = Array.from({ length: 5 }, (_, n) =>
      store().write(model, [write(1, card(`card${n}`))], { from: null, to: at(1) }),
    );
    const outcomes = await Promise.allSettled(writing);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a checkpoint also moves without documents', async () => {
    const model = newModel();
    await store().prepare(model);
    await store().write(model, [], { from: null, to: at(3) });
    await store().write(model, [], { from: at(3), to: at(8) });
    expect(await checkpoints().get(model.name)).toBe(at(8));
  });

  test('one write changes several documents and deletes others, and no list shows the deleted ones', async () => {
    const model = newModel();
    await store().prepare(model);
    const [a, b, c] = [card('a', { rank: null }), card('b', { rank: null }), card('c', { rank: 7 })];
    await store().write(model, [write(1, a), write(1, b), write(2, card('c'))], { from: null, to: at(2) });
    await store().write(model, [remove(3, 'a'), write(3, c), remove(3, 'unknown')], { from: at(2), to: at(3) });
    expect(byId(await store().get(model, PROGRAM, ['a', 'b', 'c', 'unknown']))).toEqual([b, c]);
    for (const [index, equals] of [
      ['byRank', {}],
      ['byRank', { rank: null }],
      ['byPlace', { place: 'a' }],
    ] as const)
      for (const order of ['asc', 'desc'] as const) {
        const listed = await fullPages(store(), model, { programId: PROGRAM, index, equals, order, limit: 1 });
        expect(byId(listed)).toEqual(index === 'byRank' && 'rank' in equals ? [b] : [b, c]);
      }
    expect(await store().search(model, { programId: PROGRAM, prefix: 'a' }, 5)).toEqual([]);
    expect(await collect(store().scan(model, 'live'))).toEqual([write(1, b), write(3, c)]);
    const versions = await store().versions(
      model,
      ['a', 'b', 'unknown', 'none'].map((id) => ({ programId: PROGRAM, id })),
    );
    expect(versions.toSorted((x, y) => (keyOf(x).id < keyOf(y).id ? -1 : 1))).toEqual([
      remove(3, 'a'),
      write(1, b),
      remove(3, 'unknown'),
    ]);
  });

  test('a deleted document stays deleted until a newer one is written', async () => {
    const model = newModel();
    await store().prepare(model);
    await store().write(model, [write(1, card('a')), write(5, card('b'))], { from: null, to: at(5) });
    await store().write(model, [remove(4, 'a'), remove(4, 'b'), remove(4, 'c')], { from: at(5), to: at(6) });
    await store().write(model, [write(3, card('a')), write(4, card('c'))], { from: at(6), to: at(7) });
    expect(await store().get(model, PROGRAM, ['a', 'b', 'c'])).toEqual([card('b')]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'a' }, 5)).toEqual([]);
    await store().write(model, [write(8, card('a', { terms: ['again'] }))], { from: at(7), to: at(8) });
    expect(await store().search(model, { programId: PROGRAM, prefix: 'a' }, 5)).toEqual([
      card('a', { terms: ['again'] }),
    ]);
  });

  test('G4: programs are separate, even with equal ids', async () => {
    const model = newModel();
    await store().prepare(model);
    const [mine, theirs] = [card('x', { rank: 1 }), card('x', { rank: 2, programId: 'program-2' })];
    await store().write(model, [write(1, mine), write(1, theirs)], { from: null, to: at(1) });
    await store().write(model, [remove(2, 'y')], { from: at(1), to: at(2) });
    const list = { index: 'byPlace', equals: { place: 'a' }, order: 'asc', limit: 5 } as const;
    for (const [programId, one] of [
      [PROGRAM, mine],
      ['program-2', theirs],
    ] as const) {
      expect(await store().get(model, programId, ['x'])).toEqual([one]);
      expect(await store().search(model, { programId, prefix: 'x' }, 5)).toEqual([one]);
      expect((await store().page(model, { programId, ...list })).documents).toEqual([one]);
      expect(await store().versions(model, [{ programId, id: 'x' }])).toEqual([write(1, one)]);
    }
    expect((await store().page(model, { programId: null, ...list })).documents).toEqual([mine, theirs]);
    expect(await store().get(model, 'program-3', ['x'])).toEqual([]);
    expect(await store().versions(model, [{ programId: 'program-2', id: 'y' }])).toEqual([]);
    expect(await collect(store().scan(model, 'live'))).toEqual([write(1, mine), write(1, theirs)]);
    await store().write(model, [remove(3, 'x')], { from: at(2), to: at(3) });
    expect((await store().page(model, { programId: null, ...list })).documents).toEqual([theirs]);
  });

  test('models are separate', async () => {
    const [a, b] = [newModel(), newModel()];
    await store().prepare(a);
    await store().prepare(b);
    await store().write(a, [write(1, card('x'))], { from: null, to: at(1) });
    expect(await store().get(b, PROGRAM, ['x'])).toEqual([]);
    expect(await checkpoints().get(b.name)).toBeNull();
  });

  test('the newest version of each document stays, in any order and with repeated writes', async () => {
    const versions = fc.uniqueArray(
      fc.record({ id: fc.constantFrom('a', 'b', 'c'), n: fc.integer({ min: 1, max: 30 }), isDeleted: fc.boolean() }),
      {
        selector: ({ id, n }) => `${id} ${n}`,
        maxLength: 12,
      },
    );
    const orders = versions.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
        fc.integer({ min: 1, max: 5 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([list, order, size]) => {
        const model = newModel();
        await store().prepare(model);
        const toWrite = ({ id, n, isDeleted }: (typeof list)[number]) =>
          isDeleted ? remove(n, id) : write(n, card(id, { rank: n, terms: [`t${n}`] }));
        for (let from = 0; from < order.length; from += size) {
          const writes = order.slice(from, from + size).map(toWrite);
          await store().write(model, writes, { from: from === 0 ? null : at(from), to: at(from + size) });
        }
        const newest = new Map(list.toSorted((a, b) => a.n - b.n).map((version) => [version.id, toWrite(version)]));
        const expected = byId([...newest.values()].flatMap((last) => (isDeleted(last) ? [] : last.document)));
        expect(byId(await store().get(model, PROGRAM, ['a', 'b', 'c']))).toEqual(expected);
        const paged = await fullPages(store(), model, {
          programId: PROGRAM,
          index: 'byRank',
          equals: {},
          order: 'asc',
          limit: 2,
        });
        expect(byId(paged)).toEqual(expected);
        expect(byId(await store().search(model, { programId: PROGRAM, prefix: 't' }, 9))).toEqual(expected);
        expect((await collect(store().scan(model, 'live'))).map(({ document }) => document)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
}

function searchCases(store: () => ReadModelStore): void {
  test('finds each document once by the start of any of its terms', async () => {
    const model = newModel();
    await store().prepare(model);
    const [ann, bob] = [
      card('1', { terms: ['ann', 'anna', 'smith'] }),
      card('2', { terms: ['bob', 'smithers', 'smith'] }),
    ];
    const none = card('3', { terms: [] });
    await store().write(
      model,
      [ann, bob, none].map((document) => write(1, document)),
      { from: null, to: at(1) },
    );
    expect(await store().search(model, { programId: PROGRAM, prefix: 'an' }, 10)).toEqual([ann]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'anna' }, 10)).toEqual([ann]);
    expect(byId(await store().search(model, { programId: PROGRAM, prefix: 'smith' }, 10))).toEqual([ann, bob]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'smith' }, 1)).toHaveLength(1);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'mith' }, 10)).toEqual([]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'annab' }, 10)).toEqual([]);
  });

  test('forgets the terms a document no longer has', async () => {
    const model = newModel();
    await store().prepare(model);
    await store().write(model, [write(1, card('1', { terms: ['old', 'kept'] }))], { from: null, to: at(1) });
    const now = card('1', { terms: ['kept', 'new'] });
    await store().write(model, [write(2, now)], { from: at(1), to: at(2) });
    expect(await store().search(model, { programId: PROGRAM, prefix: 'old' }, 10)).toEqual([]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'kept' }, 10)).toEqual([now]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'new' }, 10)).toEqual([now]);
  });

  test('treats pattern characters as text', async () => {
    const model = newModel();
    await store().prepare(model);
    const documents = ['a.c', 'abc', 'a%c', 'a_c', '+1 (555)', '^x', 'ünï'].map((term, n) =>
      card(`${n}`, { terms: [term] }),
    );
    await store().write(
      model,
      documents.map((document) => write(1, document)),
      { from: null, to: at(1) },
    );
    for (const document of documents) {
      expect(await store().search(model, { programId: PROGRAM, prefix: document.terms[0] ?? '' }, 10)).toEqual([
        document,
      ]);
    }
    expect(await store().search(model, { programId: PROGRAM, prefix: 'ün' }, 10)).toEqual(documents.slice(-1));
  });
}
