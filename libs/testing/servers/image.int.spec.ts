import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { copiedFiles, entryPoints } from './image.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'image-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the image’s own build command compiles the copied files, and the result starts', async () => {
  for (const file of copiedFiles()) cpSync(file, join(folder, file));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const command = /^RUN (npx nest build.*)$/m.exec(readFileSync('infra/Dockerfile', 'utf8'))?.[1] ?? '';
  const [program = '', ...options] = command.split(' ');
  await run(program, options, { cwd: folder });

  const built = entryPoints().map((source) => `dist/${source.replace(/\.ts$/, '.js')}`);
  expect(built.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  for (const file of ['dist/apps/admin/src/main.js', 'dist/libs/emulators/twilio/main.js']) {
    const { stdout } = await run(process.execPath, [file, '--help'], { cwd: folder });
    expect(stdout).toContain('Usage:');
  }
}, 300_000);
