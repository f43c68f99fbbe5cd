import { randomBytes } from 'node:crypto';
import { NaturalKeys } from '@app/application';
import { MasterKey, UnusableData, type MasterKeys, type EventLog } from '@app/eventing';
import { rejection } from '@app/testing/contracts';
import { Binary } from 'mongodb';
import { TemporaryFolder } from '@app/testing/embedded';
import { Connection } from './connection.js';
import { openMongo, type Mongo } from './index.js';
import { TemporaryDatabase } from './temporary-database.fixture.js';

const hex = (key: Uint8Array | 'destroyed' | undefined): string => Buffer.from(key ?? []).toString('hex');
const [one, two] = [1, 2].map(() => new MasterKey(randomBytes(32))) as [MasterKey, MasterKey];

/** Each opened instance has connections and memory of its own, like a process. */
describe('keys in MongoDB and their master key', () => {
  let database: TemporaryDatabase;
  let opened: Mongo[];
  beforeEach(() => {
    [database, opened] = [new TemporaryDatabase(), []];
  });
  afterEach(async () => {
    for (const mongo of opened) await mongo.close();
    await database.drop();
  });
  const open = async (...masterKeys: MasterKeys): Promise<Mongo['keyring']> => {
    const mongo = await openMongo({ url: database.url, masterKeys });
    opened.push(mongo);
    return mongo.keyring;
  };
  const raw = async (): Promise<{ readonly _id: string; readonly wrapped: Binary | null }[]> => {
    const connection = new Connection(database.url);
    const documents = await connection.reach((db) =>
      db.collection<{ _id: string; wrapped: Binary | null }>('keys').find().toArray(),
    );
    await connection.close();
    return documents;
  };

  test('M4: two processes that get a number at the same moment give it one id', async () => {
    const eventLog = { hasHistory: async () => false } as unknown as EventLog;
    const [a, b] = [new NaturalKeys(await open(one), eventLog), new NaturalKeys(await open(one), eventLog)];
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? a : b).address('program-1', '+14155550132')),
    );
    expect(new Set(ids).size).toBe(1);
  });

  test('X8: no document holds a plain key', async () => {
    const key = hex(await (await open(one)).ensure('subject'));
    const documents = await raw();
    expect(documents.map(({ _id }) => _id).toSorted()).toEqual(['master-key', 'subject']);
    for (const { wrapped } of documents) expect(hex(wrapped?.buffer)).not.toContain(key);
  });

  test('X8: the keys of a data folder are copied, wrapped by the other master key', async () => {
    const folder = new TemporaryFolder();
    const { keyring } = await folder.open();
    const key = hex(await keyring.ensure('subject'));
    await keyring.destroy('erased');
    const target = await open(one);
    for await (const [subject, bytes] of keyring.all())
      await (bytes ? target.adopt(subject, bytes) : target.destroy(subject));
    await folder.remove();
    const stored = await (await open(one)).get(['subject', 'erased']);
    expect([hex(stored.get('subject')), stored.get('erased')]).toEqual([key, 'destroyed']);
    expect((await raw()).flatMap(({ wrapped }) => (wrapped ? [hex(wrapped.buffer).slice(0, 16)] : []))).toEqual([
      one.id,
      one.id,
    ]);
  });

  test('X8: of two processes with different master keys the second one is refused', async () => {
    await (await open(one)).check();
    const error = await rejection((await open(two)).check());
    expect(error).toBeInstanceOf(UnusableData);
    expect((error as Error).message).toContain(one.id);
  });

  test('X8: unwrapped keys of an older build are refused', async () => {
    const connection = new Connection(database.url);
    await connection.reach((db) =>
      db
        .collection<{ _id: string; key: Binary }>('keys')
        .insertOne({ _id: 'subject', key: new Binary(randomBytes(32)) }),
    );
    await connection.close();
    expect(await rejection((await open(one)).check())).toMatchObject({
      name: 'UnusableData',
      message: expect.stringContaining('older build'),
    });
  });

  test('X8: in a rotation beside processes that create keys, each key stays unchanged and all are wrapped by the new master key', async () => {
    const running = [await open(two, one), await open(two, one)] as const;
    await (await open(one)).ensure('first');
    const made = new Map<string, string>();
    let rotating = true;
    const makers = running.map(async (keyring, process) => {
      for (let n = 0; rotating || n < 20; n += 1)
        made.set(`${process}-${n}`, hex(await keyring.ensure(`${process}-${n}`)));
    });
    while (made.size < 50) await new Promise(setImmediate);
    const rotated = await (await open(two, one)).rotate();
    rotating = false;
    await Promise.all(makers);
    expect(rotated).toBeGreaterThan(0);
    // A process that had read the master key's entry before the rotation now finishes.
    await (await open(two, one)).rotate();
    const stored = await (await open(two)).get([...made.keys()]);
    for (const [subject, key] of made) expect(hex(stored.get(subject))).toBe(key);
    expect((await raw()).map(({ wrapped }) => hex(wrapped?.buffer).slice(0, 16))).toEqual(
      Array(made.size + 2).fill(two.id),
    );
    expect(await rejection((await open(one)).check())).toBeInstanceOf(UnusableData);
  });
});
