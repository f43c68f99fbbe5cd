import type { Checkpoints, ReadModelStore } from '@app/eventing';
import { fullPages, at, byId, card, collect, newModel, remove, write, PROGRAM } from './read-model-store.samples.js';

export function rebuildCases(store: () => ReadModelStore, checkpoints: () => Checkpoints): void {
  const list = { programId: PROGRAM, index: 'byPlace', equals: { place: 'a' }, order: 'asc', limit: 2 } as const;
  const rebuilt = [card('a', { rank: 3, terms: ['fresh'] }), card('b', { rank: 2 }), card('c', { rank: 1 })];

  test('a copy grows beside the live one and replaces it with its checkpoint', async () => {
    const model = await filled();
    await store().beginRebuild(model);
    await store().fillRebuild(
      model,
      rebuilt.slice(1).map((document) => write(4, document)),
    );
    await store().fillRebuild(
      model,
      rebuilt.slice(0, 1).map((document) => write(4, document)),
    );

    expect(await fullPages(store(), model, list)).toEqual([card('a'), card('x')]);
    await store().write(model, [write(2, card('y'))], { from: at(1), to: at(2) });
    expect(await collect(store().scan(model, 'rebuild'))).toEqual(rebuilt.map((document) => write(4, document)));

    const reached = checkpoints().waitFor(model.name, at(9), 20_000);
    await store().swapRebuild(model, at(9));
    expect(await reached).toBe(true);
    expect(await checkpoints().get(model.name)).toBe(at(9));
    expect(await fullPages(store(), model, list)).toEqual(rebuilt.toReversed());
    expect(await store().get(model, PROGRAM, ['x', 'y'])).toEqual([]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'fre' }, 5)).toEqual(rebuilt.slice(0, 1));
    expect(await store().search(model, { programId: PROGRAM, prefix: 'x' }, 5)).toEqual([]);
  });

  test('a copy knows the deleted documents', async () => {
    const model = await filled();
    await store().beginRebuild(model);
    await store().fillRebuild(model, [write(4, card('b')), remove(4, 'a')]);
    expect(await collect(store().scan(model, 'rebuild'))).toEqual([write(4, card('b'))]);
    await store().swapRebuild(model, at(4));
    await store().write(model, [write(3, card('a'))], { from: at(4), to: at(5) });
    expect(await store().get(model, PROGRAM, ['a', 'b'])).toEqual([card('b')]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'a' }, 5)).toEqual([]);
  });

  test('after the swap writes are guarded as before', async () => {
    const model = await filled();
    await store().beginRebuild(model);
    await store().fillRebuild(
      model,
      rebuilt.map((document) => write(4, document)),
    );
    await store().swapRebuild(model, at(4));
    const newer = card('b', { rank: 0, terms: ['newer'] });
    await store().write(model, [write(4, card('a')), write(5, newer)], { from: at(4), to: at(5) });
    expect(byId(await store().get(model, PROGRAM, ['a', 'b']))).toEqual([rebuilt[0], newer]);
    expect(await store().search(model, { programId: PROGRAM, prefix: 'fresh' }, 5)).toEqual(rebuilt.slice(0, 1));
    expect(await store().search(model, { programId: PROGRAM, prefix: 'newer' }, 5)).toEqual([newer]);
  });

  test('rule 13: the copy of an empty event store replaces the live one, at the beginning', async () => {
    const model = await filled();
    const told = async () => (await checkpoints().all()).filter(({ name }) => name === model.name);
    const live = [{ name: model.name, of: 'model', checkpoint: at(1) }];
    expect(await told()).toEqual(live);
    expect(await checkpoints().all(model.name)).toEqual([]);
    await store().beginRebuild(model);
    expect(await told()).toEqual(live);
    await store().swapRebuild(model, null);
    expect(await collect(store().scan(model, 'live'))).toEqual([]);
    expect(await checkpoints().get(model.name)).toBeNull();
    expect(await told()).toEqual([]);
    await store().write(model, [write(1, card('a'))], { from: null, to: at(1) });
    expect(await checkpoints().get(model.name)).toBe(at(1));
  });

  test('an unfinished copy is dropped by the next one, or on demand', async () => {
    const model = await filled();
    await store().beginRebuild(model);
    await store().fillRebuild(model, [write(4, card('left'))]);
    await store().beginRebuild(model);
    expect(await collect(store().scan(model, 'rebuild'))).toEqual([]);
    await store().fillRebuild(model, [write(4, card('left'))]);
    await store().dropRebuild(model);
    expect(await collect(store().scan(model, 'live'))).toEqual([write(1, card('a')), write(1, card('x'))]);
    expect(await checkpoints().get(model.name)).toBe(at(1));
  });

  test('a rebuild can follow a rebuild', async () => {
    const model = await filled();
    for (const n of [5, 6]) {
      await store().beginRebuild(model);
      await store().fillRebuild(model, [write(n, card('a', { rank: n }))]);
      await store().swapRebuild(model, at(n));
    }
    expect(await collect(store().scan(model, 'live'))).toEqual([write(6, card('a', { rank: 6 }))]);
  });

  test('a scan of many returns each once, in order of id', async () => {
    const model = newModel();
    await store().prepare(model);
    const documents = Array.from({ length: 1_100 }, (_, n) => card(String(n).padStart(5, '0')));
    await store().write(
      model,
      documents.toReversed().map((document) => write(1, document)),
      { from: null, to: at(1) },
    );
    const scanned = await collect(store().scan(model, 'live'));
    expect(scanned.map(({ document }) => document.id)).toEqual(documents.map(({ id }) => id));
  });

  test('a model whose definition changed is found by its new indexes, or starts over', async () => {
    const model = await filled();
    const changed = { ...model, indexes: { ...model.indexes, byOpen: ['open'] } };
    await store().prepare(changed);
    const request = { programId: PROGRAM, index: 'byOpen', equals: { open: true }, order: 'asc', limit: 5 } as const;
    const startsOver = (await checkpoints().get(model.name)) === null;
    expect(await fullPages(store(), changed, request)).toEqual(startsOver ? [] : [card('a'), card('x')]);
    await store().write(changed, [write(3, card('z', { open: false }))], {
      from: startsOver ? null : at(1),
      to: at(3),
    });
    expect(await fullPages(store(), changed, { ...request, equals: { open: false } })).toHaveLength(1);
  });

  async function filled() {
    const model = newModel();
    await store().prepare(model);
    await store().write(model, [write(1, card('a')), write(1, card('x'))], { from: null, to: at(1) });
    return model;
  }
}
