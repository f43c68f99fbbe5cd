import { Partitions, type EngineClock } from '@app/eventing';
import {
  engineClockContract,
  keyringContract,
  newModel,
  partitionsContract,
  readModelStoreContract,
  schedulerContract,
  exportFilesContract,
  snapshotStoreContract,
  type Opened,
} from '@app/testing/contracts';
import { TemporaryFolder } from '@app/testing/embedded';
import { Collection } from 'mongodb';
import { openMongo, type Mongo } from './index.js';
import { TemporaryDatabase } from './temporary-database.fixture.js';

/**
 * On mongo-java-server these suites show the behaviour, but nothing about majority writes, rollback and failover,
 * retried writes, the index and cost of a query, or a rename without disturbing readers.
 */
const database = new TemporaryDatabase();
afterAll(() => database.drop());

async function open<Ports extends object>(
  ports: (mongo: Mongo) => Ports,
  partitions = new Partitions(),
): Promise<Opened<Ports>> {
  const { url, masterKeys } = database;
  let mongo = await openMongo({ url, masterKeys, partitions });
  return {
    ...ports(mongo),
    reopen: async () => {
      await mongo.close();
      mongo = await openMongo({ url, masterKeys, partitions });
      return ports(mongo);
    },
    close: () => mongo.close(),
  };
}

readModelStoreContract('MongoDB', () => open(({ readModels, checkpoints }) => ({ store: readModels, checkpoints })));
partitionsContract('MongoDB', (partitions) =>
  open(({ readModels, checkpoints }) => ({ store: readModels, checkpoints }), partitions),
);
schedulerContract('MongoDB', async () => {
  const folder = new TemporaryFolder();
  const { eventStore } = await folder.open();
  const opened = await open(({ readModels, checkpoints }) => ({ eventStore, readModels, checkpoints }));
  return {
    ...opened,
    close: async () => {
      await opened.close();
      await folder.remove();
    },
  };
});
snapshotStoreContract('MongoDB', () => open(({ snapshots }) => ({ snapshots })));
exportFilesContract('MongoDB', () => open(({ exportFiles }) => ({ exportFiles })));
keyringContract('MongoDB', () => open(({ keyring }) => ({ store: keyring, keys: keyring.store })));
engineClockContract('MongoDB', () =>
  open(({ clocks: [clock] }) => ({ clock: clock as EngineClock, use: () => Promise.resolve() })),
);

test('U3: the check at start succeeds, and changes nothing', async () => {
  const mongo = await openMongo(database);
  await mongo.checkAccess();
  expect(await mongo.keyring.store.get(['access check'])).toEqual(new Map());
  await mongo.close();
});

it('prepares a divided model once, and writes nothing when it is prepared again', async () => {
  const { store, close } = await open(({ readModels }) => ({ store: readModels }), new Partitions(64));
  const model = newModel();
  const writes = [jest.spyOn(Collection.prototype, 'updateOne'), jest.spyOn(Collection.prototype, 'bulkWrite')];
  const counted = async (): Promise<number> => {
    for (const spy of writes) spy.mockClear();
    await store.prepare(model);
    return writes.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  };
  expect([await counted(), await counted()]).toEqual([1, 0]);
  for (const spy of writes) spy.mockRestore();
  await close();
});
