import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FolderLocked, openEmbedded } from './index.js';
import { TemporaryFolder } from '@app/testing/embedded';

const happened = (id: string) => ({ id, type: 'Happened.v1', data: {}, metadata: {} });

describe('embedded folder', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder();
  });
  afterEach(() => folder.remove());

  test('is locked by one process, and free again after closing', async () => {
    const first = await folder.open();
    const error = await openEmbedded(folder.path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FolderLocked);
    expect(error).toMatchObject({ folder: folder.path, pid: String(process.pid) });
    await first.close();
    await first.close();
    await folder.open();
  });

  test('ends subscriptions, consumers and waits when it closes', async () => {
    const { eventStore, topics, checkpoints, close } = await folder.open();
    const signal = new AbortController().signal;
    const handled: string[] = [];
    const subscription = (async () => {
      for await (const batch of eventStore.subscribe({ after: null, signal }))
        handled.push(...batch.events.map(({ id }) => id));
    })();
    const handling = Promise.withResolvers<void>();
    const consumption = topics.consume({
      topics: ['topic'],
      group: 'group',
      signal,
      handle: async () => {
        handling.resolve();
        await eventStore.append('thing-1', 'no-stream', [happened('by-consumer')]);
      },
    });
    const waiting = checkpoints.waitFor('follower', '1', 60_000);
    await topics.publish('topic', [{ key: 'a', value: {} }]);
    await handling.promise;
    await close();
    await Promise.all([subscription, consumption]);
    expect(await waiting).toBe(false);

    const again = await folder.open();
    expect(await again.eventStore.read('thing-1', 0, 5)).toHaveLength(1);
    const stop = new AbortController();
    await again.topics.publish('topic', [{ key: 'b', value: {} }]);
    await again.topics.consume({
      topics: ['topic'],
      group: 'group',
      signal: stop.signal,
      handle: async (messages) => {
        expect(messages.map(({ key }) => key)).toEqual(['b']);
        stop.abort();
      },
    });
  });

  test('lets a second member of a group take over when the first stops', async () => {
    const { topics } = await folder.open();
    const [first, second] = [new AbortController(), new AbortController()];
    const seen: string[] = [];
    const member = (name: string, stop: AbortController) =>
      topics.consume({
        topics: ['topic'],
        group: 'group',
        signal: stop.signal,
        handle: async (messages) => {
          seen.push(...messages.map(({ key }) => `${name} ${key}`));
          stop.abort();
        },
      });
    const members = [member('first', first), member('second', second)];
    await topics.publish('topic', [{ key: 'a', value: {} }]);
    await members[0];
    await topics.publish('topic', [{ key: 'b', value: {} }]);
    await members[1];
    expect(seen).toEqual(['first a', 'second b']);
  });

  test('X8: contains no plain key, and nothing of a destroyed one', async () => {
    const { keyring } = await folder.open();
    const [kept, destroyed] = [await keyring.ensure('kept'), await keyring.ensure('destroyed')];
    const wrapped = await keyring.store.get(['kept', 'destroyed']);
    const isSomewhere = (bytes: Uint8Array | null | undefined): boolean =>
      readdirSync(folder.path).some((name) =>
        readFileSync(join(folder.path, name)).includes(Buffer.from(bytes ?? 'nothing')),
      );
    expect(['kept', 'destroyed'].map((subject) => isSomewhere(wrapped.get(subject)))).toEqual([true, true]);
    await keyring.destroy('destroyed');
    expect(['kept', 'destroyed'].map((subject) => isSomewhere(wrapped.get(subject)))).toEqual([true, false]);
    expect([kept, destroyed].map(isSomewhere)).toEqual([false, false]);
  });
});
