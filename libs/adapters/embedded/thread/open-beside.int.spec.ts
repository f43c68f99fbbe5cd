import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { TemporaryFailure, type Engines } from '@app/eventing';
import {
  commandsContract,
  eventStoreContract,
  keyringContract,
  readModelStoreContract,
  schedulerContract,
  topicLogContract,
  type Opened,
} from '@app/testing/contracts';
import { TemporaryFolder } from '@app/testing/embedded';
import { openBeside } from '../open-embedded.js';
import { Database } from '../sqlite.js';

/** A folder with its owner, and the engines of a second thread; both in this thread, with a real channel. */
class SharedFolder {
  private readonly folder = new TemporaryFolder();
  private beside: Engines | undefined;

  get path(): string {
    return this.folder.path;
  }

  async open(): Promise<{ readonly owner: Engines; readonly beside: Engines }> {
    const owner = await this.folder.open();
    const { port1, port2 } = new MessageChannel();
    owner.serveThread?.(port1);
    const beside = await openBeside(this.folder.path, port2);
    this.beside = { ...beside, close: () => beside.close().finally(() => port2.close()) };
    return { owner, beside };
  }

  async reopen(): Promise<Engines> {
    await this.beside?.close();
    await this.folder.close();
    return (await this.open()).beside;
  }

  async remove(): Promise<void> {
    await this.beside?.close();
    await this.folder.remove();
  }
}

async function open<Ports extends object>(ports: (engines: Engines) => Ports): Promise<Opened<Ports>> {
  const folder = new SharedFolder();
  return {
    ...ports((await folder.open()).beside),
    reopen: async () => ports(await folder.reopen()),
    close: () => folder.remove(),
  };
}

const name = 'embedded, from a second thread';
eventStoreContract(name, () => open(({ eventStore }) => ({ store: eventStore })));
commandsContract(name, () => open(({ eventStore }) => ({ store: eventStore })));
readModelStoreContract(name, () => open(({ readModels, checkpoints }) => ({ store: readModels, checkpoints })));
schedulerContract(name, () =>
  open(({ eventStore, readModels, checkpoints }) => ({ eventStore, readModels, checkpoints })),
);
topicLogContract(name, () => open(({ topics }) => ({ store: topics })));
keyringContract(name, () => open(({ keyring }) => ({ store: keyring, keys: keyring.store })));

describe('two threads on one folder', () => {
  const folder = new SharedFolder();
  let owner: Engines;
  let beside: Engines;
  beforeAll(async () => ({ owner, beside } = await folder.open()));
  afterAll(() => folder.remove());

  const happened = (id: string) => ({ id, type: 'Happened.v1', data: {}, metadata: {} });

  it('each sees what the other appends, and one revision is taken once', async () => {
    const appends = [owner, beside].map(({ eventStore }, index) =>
      eventStore.append('thing-1', 'no-stream', [happened(`from ${index}`)]),
    );
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    for (const { eventStore } of [owner, beside]) expect(await eventStore.read('thing-1', 0, 10)).toHaveLength(1);
  });

  it('a subscription beside the owner sees every event of the owner, in order', async () => {
    const after = await owner.eventStore.head();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { events } of beside.eventStore.subscribe({
        after,
        categories: ['even', 'odd'],
        signal: new AbortController().signal,
      })) {
        seen.push(...events.map(({ id }) => id));
        if (seen.length >= 200) return;
      }
    })();
    const expected = Array.from({ length: 200 }, (_, number) => `event ${number}`);
    for (const [number, id] of expected.entries()) {
      const from = number % 3 === 0 ? beside : owner;
      await from.eventStore.append(`${number % 2 ? 'odd' : 'even'}-${number}`, 'no-stream', [happened(id)]);
    }
    await following;
    expect(seen).toEqual(expected);
  });

  it('a checkpoint that one moves ends the wait of the other', async () => {
    const waiting = owner.checkpoints.waitFor('follower', '5', 10_000);
    await beside.checkpoints.set('follower', null, '5');
    expect(await waiting).toBe(true);
  });

  it.each([
    ['the owner', () => [owner, beside] as const],
    ['the other', () => [beside, owner] as const],
  ])('a key that %s destroys is forgotten by both', async (who, pair) => {
    const [one, other] = pair();
    const subject = `subject of ${who}`;
    const key = await one.keyring.ensure(subject);
    expect(await other.keyring.ensure(subject)).toEqual(key);
    await one.keyring.destroy(subject);
    // What is sent through the channel after the news arrives after it.
    const { revision } = await beside.eventStore.append(`news-${subject}`, 'no-stream', [happened(subject)]);
    expect(revision).toBe(0);
    expect((await other.keyring.get([subject])).get(subject)).toBe('destroyed');
  });

  it('X8: a key whose destruction is incomplete, since another process reads the keys, is forgotten by both', async () => {
    const key = await beside.keyring.ensure('half destroyed');
    expect(await owner.keyring.ensure('half destroyed')).toEqual(key);
    const reader = new Database(join(folder.path, 'keys.db'), { synchronous: 'FULL' });
    reader.exec('BEGIN; SELECT count(*) FROM keys');
    try {
      await expect(beside.keyring.destroy('half destroyed')).rejects.toBeInstanceOf(TemporaryFailure);
    } finally {
      reader.exec('ROLLBACK');
      reader.close();
    }
    await beside.eventStore.append('news-half', 'no-stream', [happened('half destroyed')]);
    for (const { keyring } of [owner, beside])
      expect((await keyring.get(['half destroyed'])).get('half destroyed')).toBe('destroyed');
    await beside.keyring.destroy('half destroyed');
  });

  it('U3: a write to a file that is locked for long is a temporary failure, so that nothing is parked for it', async () => {
    const locks = ['keys.db', 'record.db'].map(
      (name) => new Database(join(folder.path, name), { synchronous: 'FULL' }),
    );
    for (const lock of locks) lock.exec('BEGIN IMMEDIATE');
    const writes = await Promise.allSettled([
      beside.keyring.ensure('late'),
      beside.eventStore.append('late-1', 'no-stream', [happened('late')]),
    ]);
    for (const lock of locks) {
      lock.exec('ROLLBACK');
      lock.close();
    }
    for (const write of writes) expect(write).toMatchObject({ reason: expect.any(TemporaryFailure) });
  }, 10_000);
});
