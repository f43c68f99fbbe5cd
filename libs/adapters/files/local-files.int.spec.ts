import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LocalFiles } from './local-files.js';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
const files = new LocalFiles(folder);
afterAll(() => rmSync(folder, { recursive: true }));

async function* chunks(...parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

describe('R8: uploaded files', () => {
  it('can be read from any byte, and removed', async () => {
    const name = await files.write('owner', chunks('one,', 'two'));
    expect(await text(files.read(name, 4))).toBe('two');
    await files.remove(name);
    await files.remove(name);
    await expect(text(files.read(name, 0))).rejects.toThrow('ENOENT');
  });

  it('leave nothing behind when they are not text, or the upload is cut off', async () => {
    await expect(files.write('owner', chunks('a', Buffer.from([0xff])))).rejects.toThrow('UTF-8');
    async function* cut(): AsyncGenerator<Buffer> {
      yield Buffer.from('a');
      throw new Error('aborted');
    }
    await expect(files.write('owner', cut())).rejects.toThrow('aborted');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are removed when nobody has handled them for long', async () => {
    const old = await files.write('owner', chunks('old'));
    utimesSync(join(folder, old), 0, 0);
    const name = await files.write('owner', chunks('new'));
    expect(readdirSync(folder)).toEqual([name]);
  });
});
