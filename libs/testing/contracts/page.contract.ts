import {
  cursorAt,
  InvalidCursor,
  walkPages,
  type Document,
  type FieldValue,
  type Page,
  type PageRequest,
  type ReadModelStore,
} from '@app/eventing';
import fc from 'fast-check';
import { rejection } from './opened.js';
import { fullPages, at, card, cards, inOrder, newModel, remove, write, PROGRAM } from './read-model-store.samples.js';

export function pageCases(store: () => ReadModelStore): void {
  test('pages of random documents give the sorted list, in both orders and with equal values', async () => {
    await fc.assert(
      fc.asyncProperty(cards, fc.integer({ min: 1, max: 7 }), async (documents, limit) => {
        const model = newModel();
        await store().prepare(model);
        await store().write(
          model,
          documents.map((document) => write(1, document)),
          { from: null, to: at(1) },
        );
        const lists = [
          { programId: PROGRAM, index: 'byRank', equals: {}, fields: ['rank'] },
          { programId: PROGRAM, index: 'byPlace', equals: {}, fields: ['place', 'rank'] },
          { programId: PROGRAM, index: 'byPlace', equals: { place: 'b' }, fields: ['rank'] },
          { programId: PROGRAM, index: 'byPlace', equals: { place: 'a', rank: null }, fields: [] },
          { programId: PROGRAM, index: 'byTitle', equals: { open: false }, fields: ['title', 'rank'] },
          { programId: PROGRAM, index: 'byTitle', equals: { open: true, title: 'x' }, fields: ['rank'] },
        ];
        for (const { programId: PROGRAM, index, equals, fields } of lists) {
          const matching = documents.filter((document) =>
            Object.entries(equals).every(([field, value]) => document[field] === value),
          );
          const sorted = inOrder(matching, fields);
          for (const order of ['asc', 'desc'] as const) {
            const expected = order === 'asc' ? sorted : sorted.toReversed();
            expect(await fullPages(store(), model, { programId: PROGRAM, index, equals, order, limit })).toEqual(
              expected,
            );
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a range bounds the field after the given ones, in both orders and over pages', async () => {
    const bounds = fc.option(fc.constantFrom<FieldValue>(null, -1, 0, 1, 2, 3), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(cards, bounds, bounds, fc.integer({ min: 1, max: 7 }), async (documents, above, upTo, limit) => {
        const model = newModel();
        await store().prepare(model);
        await store().write(
          model,
          documents.map((document) => write(1, document)),
          { from: null, to: at(1) },
        );
        const range = { ...(above === undefined ? {} : { above }), ...(upTo === undefined ? {} : { upTo }) };
        for (const [index, equals, fields] of [
          ['byRank', {}, ['rank']],
          ['byPlace', { place: 'b' }, ['rank']],
        ] as const) {
          const isWithin = ({ rank }: Document): boolean =>
            (above === undefined || isLess(above, rank)) && (upTo === undefined || !isLess(upTo, rank));
          const matching = documents.filter(
            (document) => (!('place' in equals) || document['place'] === equals.place) && isWithin(document),
          );
          const sorted = inOrder(matching, fields);
          for (const order of ['asc', 'desc'] as const) {
            const expected = order === 'asc' ? sorted : sorted.toReversed();
            expect(await fullPages(store(), model, { programId: PROGRAM, index, equals, range, order, limit })).toEqual(
              expected,
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a document is found under each text of its list, until that changes', async () => {
    await fc.assert(
      fc.asyncProperty(cards, cards, fc.integer({ min: 1, max: 7 }), async (before, after, limit) => {
        const model = newModel();
        await store().prepare(model);
        const all = new Map(before.map((document) => [document.id, document]));
        await store().write(
          model,
          before.map((document) => write(1, document)),
          { from: null, to: at(1) },
        );
        const [gone, ...changed] = after;
        if (gone) all.delete(gone.id);
        for (const document of changed) all.set(document.id, document);
        await store().write(
          model,
          [...changed.map((document) => write(2, document)), ...(gone ? [remove(2, gone.id)] : [])],
          {
            from: at(1),
            to: at(2),
          },
        );
        for (const [equals, fields] of [
          [{ people: 'ann' }, ['open', 'rank']],
          [{ people: 'anna', open: true }, ['rank']],
        ] as const) {
          const matching = [...all.values()].filter(
            ({ people, open }) => people.includes(equals.people) && (!('open' in equals) || open),
          );
          const sorted = inOrder(matching, fields);
          for (const order of ['asc', 'desc'] as const)
            expect(
              await fullPages(store(), model, { programId: PROGRAM, index: 'byPerson', equals, order, limit }),
            ).toEqual(order === 'asc' ? sorted : sorted.toReversed());
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a range of texts goes from one value of the field to the next one', async () => {
    const { model, documents } = await filled(6);
    await store().write(
      model,
      documents.map(({ id }) => write(2, card(id, { place: id < '3' ? 'a' : 'b' }))),
      { from: at(1), to: at(2) },
    );
    const next = async (above: FieldValue) =>
      (
        await store().page(model, {
          programId: PROGRAM,
          index: 'byPlace',
          equals: {},
          range: { above },
          order: 'asc',
          limit: 1,
        })
      ).documents[0]?.['place'];
    expect([await next(''), await next('a'), await next('b')]).toEqual(['a', 'b', undefined]);
  });

  test('a cursor of another range is refused', async () => {
    const { model } = await filled(4);
    const request: PageRequest = {
      programId: PROGRAM,
      index: 'byRank',
      equals: {},
      range: { upTo: 2 },
      order: 'asc',
      limit: 1,
    };
    const after = (await store().page(model, request)).next ?? '';
    expect((await store().page(model, { ...request, after })).documents).toHaveLength(1);
    expect(await rejection(store().page(model, { ...request, range: { upTo: 3 }, after }))).toBeInstanceOf(
      InvalidCursor,
    );
  });

  test('the last page shows that there is no next one', async () => {
    const { model } = await filled(4);
    const request = { programId: PROGRAM, index: 'byRank', equals: {}, order: 'asc', limit: 2 } as const;
    const first = await store().page(model, request);
    const second = await store().page(model, { ...request, after: first.next ?? undefined });
    expect(second.documents).toHaveLength(2);
    expect(second.next).toBeNull();
    expect(await store().page(model, { ...request, equals: { rank: 99 } })).toEqual({
      documents: [],
      next: null,
      previous: null,
    });
  });

  test('a page continues after the previous one when documents change or are added in between', async () => {
    const { model, documents } = await filled(6);
    const request = { programId: PROGRAM, index: 'byRank', equals: {}, order: 'asc', limit: 3 } as const;
    const first = await store().page(model, request);
    const writes = [write(2, card('new', { rank: -5 })), write(2, card('3', { rank: -4 }))];
    await store().write(model, writes, { from: at(1), to: at(2) });
    const second = await store().page(model, { ...request, after: first.next ?? undefined });
    expect(second.documents).toEqual(documents.slice(4));
  });

  test('pages go back as they came, and the first one shows that there is none before it', async () => {
    await fc.assert(
      fc.asyncProperty(cards, fc.integer({ min: 1, max: 7 }), async (documents, limit) => {
        const model = newModel();
        await store().prepare(model);
        await store().write(
          model,
          documents.map((document) => write(1, document)),
          { from: null, to: at(1) },
        );
        for (const order of ['asc', 'desc'] as const) {
          const list = { programId: PROGRAM, index: 'byPlace', equals: {}, order, limit } as const;
          const pages: Page[] = [];
          for await (const page of walkPages((after) => store().page(model, { ...list, after }))) pages.push(page);
          expect(pages[0]?.previous).toBeNull();
          for (let number = pages.length - 1; number > 0; number -= 1) {
            const back = await store().page(model, { ...list, after: pages[number]?.previous ?? '' });
            expect(back.documents).toEqual(pages[number - 1]?.documents);
            expect([back.next, back.previous === null]).toEqual([pages[number - 1]?.next, number === 1]);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a cursor of a document continues after it or before it', async () => {
    const { model, documents } = await filled(5);
    const list = { programId: PROGRAM, index: 'byRank', equals: {}, order: 'asc' } as const;
    const [, , third] = documents;
    if (!third) throw new Error();
    const page = (isBackward: boolean) =>
      store().page(model, { ...list, after: cursorAt(model, list, third, isBackward), limit: 9 });
    expect((await page(false)).documents).toEqual(documents.slice(3));
    expect((await page(true)).documents).toEqual(documents.slice(0, 2));
  });

  test('a cursor of another list is refused', async () => {
    const { model } = await filled(4);
    const { model: other } = await filled(4);
    const request: PageRequest = {
      programId: PROGRAM,
      index: 'byPlace',
      equals: { place: 'a' },
      order: 'asc',
      limit: 2,
    };
    const { next } = await store().page(model, request);
    const after = next ?? '';
    expect((await store().page(model, { ...request, after })).documents).toHaveLength(2);
    const changes: Partial<PageRequest>[] = [
      { programId: PROGRAM, index: 'byRank', equals: { rank: 1 } },
      { order: 'desc' },
      { equals: { place: 'b' } },
      { equals: {} },
    ];
    for (const change of changes) {
      expect(await rejection(store().page(model, { ...request, ...change, after }))).toBeInstanceOf(InvalidCursor);
    }
    expect(await rejection(store().page(other, { ...request, after }))).toBeInstanceOf(InvalidCursor);
  });

  test('a malformed cursor is refused and breaks nothing', async () => {
    const { model } = await filled(4);
    const request: PageRequest = { programId: PROGRAM, index: 'byRank', equals: {}, order: 'asc', limit: 2 };
    const { next } = await store().page(model, request);
    const valid = next ?? '';
    const json: unknown = JSON.parse(Buffer.from(valid, 'base64url').toString());
    const forged = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
    const damaged = fc
      .tuple(fc.nat(valid.length - 1), fc.constantFrom('', '=', '!', ' ', '\u0000'))
      .map(([where, sign]) => valid.slice(0, where) + sign + valid.slice(where + 1));
    const changed = fc.tuple(fc.nat(5), fc.jsonValue()).map(([where, value]) => {
      const list: unknown[] = Array.isArray(json) ? [...(json as unknown[])] : [json];
      list[where] = { wrong: value };
      return Buffer.from(JSON.stringify(list)).toString('base64url');
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), forged, damaged, changed), async (after) => {
        expect(await rejection(store().page(model, { ...request, after }))).toBeInstanceOf(InvalidCursor);
      }),
      { numRuns: 100 },
    );
  });

  test('an index that does not exist or does not fit is an error of the caller', async () => {
    const { model } = await filled(1);
    const request: PageRequest = { programId: PROGRAM, index: 'byPlace', equals: { rank: 1 }, order: 'asc', limit: 2 };
    expect(await rejection(store().page(model, request))).toBeInstanceOf(TypeError);
    expect(await rejection(store().page(model, { ...request, index: 'none', equals: {} }))).toBeInstanceOf(TypeError);
  });

  async function filled(count: number) {
    const model = newModel();
    await store().prepare(model);
    const documents = Array.from({ length: count }, (_, n) => card(`${n}`, { rank: n }));
    await store().write(
      model,
      documents.map((document) => write(1, document)),
      { from: null, to: at(1) },
    );
    return { model, documents };
  }
}

/** Null comes first. */
const isLess = (a: FieldValue, b: unknown): boolean =>
  a === null ? b !== null : b !== null && (a as number) < (b as number);
