import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Use MESSAGES=1000000 for a real measurement, which takes some minutes. */
const MESSAGES = process.env['MESSAGES'] ?? '20000';
const TOLERANCE_MB = 15;
const fixture = fileURLToPath(new URL('./write-export.fixture.js', import.meta.url));

/** Runs the process until it has said this, then kills it. @returns what it said */
async function run(folder: string, mode: string, until?: string): Promise<string[]> {
  const flags = ['--disable-warning=ExperimentalWarning', fixture, folder, mode, MESSAGES];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (until !== undefined && line.startsWith(until)) child.kill('SIGKILL');
  }
  return said;
}

function partsIn(folder: string): ReadonlyMap<string, Buffer> {
  const root = join(folder, 'exports');
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(paths.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name))]));
}

/** A digest of the file: the parts in their order. */
function fileIn(folder: string, finished: string): string {
  const [, , ...names] = finished.split(' ');
  const stored = partsIn(folder);
  const hash = createHash('sha256');
  for (const name of names) hash.update(stored.get(name) ?? 'missing');
  return hash.digest('hex');
}

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'export-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('X2: a killed export goes on from its last part, the file is the same, and memory does not grow', async () => {
  const [whole, killed] = [join(root, 'whole'), join(root, 'killed')];
  await run(whole, 'seed');
  cpSync(whole, killed, { recursive: true });

  const uninterrupted = await run(whole, 'run');
  const finished = uninterrupted.pop() ?? '';
  const heaps = uninterrupted.map((line) => Number(line.split(' ')[2]));
  if (process.env['MESSAGES'])
    console.log(`${MESSAGES} messages: heap ${heaps.join(' ')} MB, ${finished.split(' ')[1]} MB in all`);
  expect(heaps.length).toBeGreaterThan(2);
  expect(Math.max(...heaps) - Math.min(...heaps)).toBeLessThan(TOLERANCE_MB);

  expect(await run(killed, 'hang', 'stored')).toEqual(['stored']);
  expect(await run(killed, 'run', 'written 1')).toContainEqual(expect.stringMatching(/^written 1 /));
  expect(await run(killed, 'hang', 'stored')).toEqual(['stored']);
  const rest = await run(killed, 'run');
  expect(rest[0]).toMatch(/^written [2-9]/);
  expect(fileIn(killed, rest.at(-1) ?? '')).toBe(fileIn(whole, finished));
  // Parts without an event are not in the file; they are deleted with it.
  expect(partsIn(killed).size).toBeGreaterThanOrEqual(partsIn(whole).size + 2);
});
