import { join } from 'node:path';
import { GroupedWrites } from './grouped-writes.js';
import { Database } from './sqlite.js';
import { TemporaryFolder } from '@app/testing/embedded';

class CountingDatabase extends Database {
  transactions = 0;
  override transaction<T>(work: () => T, options?: { durable?: boolean }): T {
    this.transactions += 1;
    return super.transaction(work, options);
  }
}

describe('grouped writes', () => {
  const folder = new TemporaryFolder();
  let db: CountingDatabase;
  let writes: GroupedWrites;
  const insert = (n: number) => () => void db.run('INSERT INTO numbers VALUES (?)', n);
  const stored = () => db.all<{ n: number }>('SELECT n FROM numbers ORDER BY n').map(({ n }) => n);

  beforeAll(() => {
    db = new CountingDatabase(join(folder.path, 'numbers.db'), { synchronous: 'NORMAL' });
    db.exec('CREATE TABLE numbers (n INTEGER PRIMARY KEY)');
    writes = new GroupedWrites(db);
  });
  afterAll(async () => {
    writes.close();
    db.close();
    await folder.remove();
  });
  beforeEach(() => {
    db.run('DELETE FROM numbers');
    db.transactions = 0;
  });

  it('of one turn share a transaction', async () => {
    await Promise.all([writes.add(insert(1)), writes.add(insert(2), { durable: true }), writes.add(insert(3))]);
    expect([stored(), db.transactions]).toEqual([[1, 2, 3], 1]);
  });

  it('fail separately and leave nothing behind', async () => {
    const half = () => {
      insert(7)();
      throw new Error('half done');
    };
    const results = await Promise.allSettled([writes.add(insert(1)), writes.add(half), writes.add(insert(2))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored()).toEqual([1, 2]);
  });
});
