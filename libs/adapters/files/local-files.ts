import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import { FileNotText, FileTooLarge, UploadedFiles } from '@app/eventing';

const LARGEST_FILE_BYTES = 256 * 1024 * 1024;
/** A file this old belongs to an upload that was cut off. */
const ABANDONED_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

/** Uploaded files in a folder of this machine, or in one that all machines share. */
export class LocalFiles extends UploadedFiles {
  constructor(private readonly folder: string) {
    super();
  }

  async write(owner: string, content: AsyncIterable<Buffer>): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.removeAbandoned();
    const part = join(this.folder, `${randomUUID()}.part`);
    try {
      const name = `${owner}-${await writeTo(part, content)}`;
      await rename(part, join(this.folder, name));
      return name;
    } finally {
      await rm(part, { force: true });
    }
  }

  read(name: string, fromByte: number): NodeJS.ReadableStream {
    return createReadStream(join(this.folder, name), { start: fromByte });
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }

  private async removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const file = join(this.folder, name);
      const age = Date.now() - (await stat(file).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
      if (age > ABANDONED_AFTER_MS) await rm(file, { force: true });
    }
  }
}

/** @returns the hash of the content @throws FileTooLarge, FileNotText */
async function writeTo(path: string, content: AsyncIterable<Buffer>): Promise<string> {
  const file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let size = 0;
  try {
    for await (const chunk of content) {
      size += chunk.length;
      if (size > LARGEST_FILE_BYTES) throw new FileTooLarge(LARGEST_FILE_BYTES);
      decode(decoder, chunk);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    decode(decoder, null);
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function decode(decoder: TextDecoder, chunk: Buffer | null): void {
  try {
    if (chunk) decoder.decode(chunk, { stream: true });
    else decoder.decode();
  } catch {
    throw new FileNotText();
  }
}
