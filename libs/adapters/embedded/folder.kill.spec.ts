import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openEmbedded } from './index.js';
import { TemporaryFolder } from '@app/testing/embedded';

const fixture = fileURLToPath(new URL('./append.fixture.js', import.meta.url));

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

test('keeps every acknowledged event and key when killed in mid-append, and can be opened', async () => {
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

const isKey = (line: string): boolean => line.startsWith('key ');

/** The appends that a process had acknowledged when it was killed. */
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
  // The last line may be incomplete.
  return lines.slice(0, -1);
}
