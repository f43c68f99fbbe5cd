import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FolderLocked, openEmbedded } from './index.js';
import { TemporaryFolder } from '@app/testing/embedded';

const fixture = fileURLToPath(new URL('./append.fixture.js', import.meta.url));
const happened = (id: string) => ({ id, type: 'Happened.v1', data: {}, metadata: {} });

describe('embedded folder', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder();
  });
  afterEach(() => folder.remove());

  test('is for one at a time, and free again after closing', async () => {
    const first = await folder.open();
    const error = await openEmbedded(folder.path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FolderLocked);
    expect(error).toMatchObject({ folder: folder.path, pid: String(process.pid) });
    await first.close();
    await first.close();
    await folder.open();
  });

  test('closing ends subscriptions, consumers and those who wait', async () => {
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

  test('a second member of a group takes over when the first stops', async () => {
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

  test('X8: no key is in a file as it is, and a destroyed one in no form', async () => {
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

  test('killed in mid-append it keeps every acknowledged event and key, and can be opened', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      acknowledged.push(...(await appendUntilKilled(folder.path, 400)));
      const { eventStore, keyring, close } = await folder.open();
      const ids = new Map<string, readonly string[]>();
      for (let n = 0; n < 20; n += 1) {
        const events = await eventStore.read(`thing-${n}`, 0, 1_000_000);
        expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index));
        ids.set(
          `thing-${n}`,
          events.map(({ id }) => id),
        );
      }
      const keys = await keyring.get(acknowledged.filter(isKey).map((line) => line.split(' ')[1] ?? ''));
      for (const [a = '', b = '', c = ''] of acknowledged.map((line) => line.split(' '))) {
        if (a === 'key') expect(Buffer.from(keys.get(b) ?? []).toString('hex')).toBe(c);
        else expect(ids.get(a)?.[Number(b)]).toBe(c);
      }
      await close();
    }
    expect(acknowledged.filter(isKey).length).toBeGreaterThan(0);
  });
});

const isKey = (line: string): boolean => line.startsWith('key ');

/** What a process that appends without end had acknowledged when it was killed. */
async function appendUntilKilled(folder: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [fixture, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (lines.push(line) === count) {
        await expect(openEmbedded(folder)).rejects.toMatchObject({ name: 'FolderLocked', pid: String(child.pid) });
        child.kill('SIGKILL');
      }
    }
  } finally {
    child.kill('SIGKILL');
  }
  expect(lines.length).toBeGreaterThanOrEqual(count);
  // The last line may have been cut.
  return lines.slice(0, -1);
}
