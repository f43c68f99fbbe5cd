import { join } from 'node:path';
import { Partitions, type ModelDefinition, type PageRequest } from '@app/eventing';
import { PROGRAM } from '@app/testing/contracts';
import { EmbeddedCheckpoints } from './checkpoints.js';
import { entriesOf } from './model-table.js';
import { pageQuery, type PageQuery } from './page-query.js';
import { GroupedWrites } from './grouped-writes.js';
import { EmbeddedReadModelStore } from './read-model-store.js';
import { Database } from './sqlite.js';
import { TemporaryFolder } from '@app/testing/embedded';

const model: ModelDefinition = {
  name: 'cards',
  indexes: { byPlace: ['place', 'folder', 'rank'], byRank: ['rank'] },
  searchTerms: 'terms',
};

describe('embedded pages', () => {
  let folder: TemporaryFolder;
  let db: Database;
  let store: EmbeddedReadModelStore;

  beforeAll(async () => {
    folder = new TemporaryFolder();
    db = new Database(join(folder.path, 'read-models.db'), { synchronous: 'NORMAL' });
    const grouped = new GroupedWrites(db);
    store = new EmbeddedReadModelStore(db, new EmbeddedCheckpoints(db, grouped), grouped, new Partitions());
    await store.prepare(model);
    const documents = Array.from({ length: 200 }, (_, n) => ({
      id: `card${n}`,
      programId: PROGRAM,
      place: `place${n % 2}`,
      folder: n % 3 === 0 ? null : 'inbox',
      rank: n % 7,
      terms: [`term${n}`],
    }));
    const writes = documents.map((document) => ({ document, position: '1' }));
    await store.write(model, writes, { from: null, to: '1' });
  });
  afterAll(async () => {
    db.close();
    await folder.remove();
  });

  describe.each(['live', 'rebuilt'])('%s', (state) => {
    const table = state === 'live' ? 'cards:1' : 'cards:2';
    beforeAll(async () => {
      if (state === 'live') return;
      await store.beginRebuild(model);
      await store.fillRebuild(model, [{ document: { id: 'card', programId: PROGRAM }, position: '1' }]);
      await store.swapRebuild(model, '1');
    });

    test.each<[string, Pick<PageRequest, 'programId' | 'index' | 'equals'>, string, string]>([
      ['the whole list', { programId: PROGRAM, index: 'byRank', equals: {} }, 'byRank', '((field:rank,id)$(?,?))'],
      [
        'some fields given',
        { programId: PROGRAM, index: 'byPlace', equals: { place: 'place1' } },
        'byPlace',
        '(field:place=? AND (field:folder,field:rank,id)$(?,?,?))',
      ],
      [
        'null given',
        { programId: PROGRAM, index: 'byPlace', equals: { place: 'place0', folder: null } },
        'byPlace',
        '(field:place=? AND field:folder=? AND (field:rank,id)$(?,?))',
      ],
      ['all given', { programId: PROGRAM, index: 'byRank', equals: { rank: 3 } }, 'byRank', '(field:rank=? AND id$?)'],
    ])('%s, first page and next: an index serves both orders', async (_, list, index, range) => {
      for (const order of ['asc', 'desc'] as const) {
        const request: PageRequest = { ...list, order, limit: 3 };
        const first = plan(pageQuery(model, `"${table}"`, request));
        expect(first).toHaveLength(1);
        expect(first[0]).toContain(`USING INDEX ${table}:by:${index}`);

        const after = state === 'live' ? ((await store.page(model, request)).next ?? undefined) : undefined;
        if (after === undefined) continue;
        const next = plan(pageQuery(model, `"${table}"`, { ...request, after }));
        const expected = range.replace('$', order === 'asc' ? '>' : '<');
        expect(next).toEqual([`SEARCH ${table} USING INDEX ${table}:by:${index} ${expected}`]);
      }
    });
  });

  test('a range is read from its edge in the index, in both orders and from a cursor', async () => {
    const table = 'cards:2';
    for (const order of ['asc', 'desc'] as const) {
      const request: PageRequest = {
        programId: PROGRAM,
        index: 'byPlace',
        equals: { place: 'place1' },
        range: { above: 'a', upTo: 'x' },
        order,
        limit: 3,
      };
      const details = plan(pageQuery(model, `"${table}"`, request));
      expect(details).toEqual([
        `SEARCH ${table} USING INDEX ${table}:by:byPlace (field:place=? AND field:folder>? AND field:folder<?)`,
      ]);
    }
    const above: PageRequest = {
      programId: PROGRAM,
      index: 'byRank',
      equals: {},
      range: { above: 3 },
      order: 'asc',
      limit: 1,
    };
    expect(plan(pageQuery(model, `"${table}"`, above))).toEqual([
      `SEARCH ${table} USING INDEX ${table}:by:byRank (field:rank>?)`,
    ]);
  });

  test('a list field is found through its entries, and only documents that are read are looked up', async () => {
    const listed: ModelDefinition = { name: 'listed', indexes: { byPerson: ['person', 'rank'] }, listField: 'person' };
    await store.prepare(listed);
    const request = { programId: PROGRAM, index: 'byPerson', equals: { person: 'ann' }, limit: 3 };
    for (const order of ['asc', 'desc'] as const)
      expect(plan(pageQuery(listed, entriesOf('listed:1'), { ...request, order }))).toEqual([
        'SEARCH entries USING COVERING INDEX listed:1:by:byPerson (field:person=?)',
        'CORRELATED SCALAR SUBQUERY 1',
        expect.stringContaining('SEARCH documents USING INDEX'),
        'CORRELATED SCALAR SUBQUERY 1',
        expect.stringContaining('SEARCH documents USING INDEX'),
      ]);
  });

  test('search uses the index of terms', () => {
    const details = plan({
      sql: `SELECT DISTINCT id FROM "cards:2:terms" WHERE program = ? AND term >= ? AND term < ? LIMIT ?`,
      values: [PROGRAM, 'a', 'b', 1],
    });
    expect(details[0]).toContain('SEARCH cards:2:terms USING COVERING INDEX');
  });

  test('names that are invalid in a statement are refused', async () => {
    for (const name of ['', 'a b', 'a"b', 'a;', "a'"]) {
      await expect(store.prepare({ ...model, name })).rejects.toThrow(TypeError);
      await expect(store.prepare({ name: 'other', indexes: { by: [name] } })).rejects.toThrow(TypeError);
    }
  });

  test('an indexed field that holds a list is an error of the projection', async () => {
    const writing = store.write(model, [{ document: { id: 'x', programId: PROGRAM, rank: [1] }, position: '2' }], {
      from: '1',
      to: '2',
    });
    await expect(writing).rejects.toThrow('rank');
  });

  const plan = ({ sql, values }: Pick<PageQuery, 'sql' | 'values'>) =>
    db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => detail);
});
