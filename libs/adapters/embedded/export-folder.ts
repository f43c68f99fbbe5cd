import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExportFiles, type ExportFile } from '@app/eventing';
import { renameDurably } from './durable-file.js';

/** A folder for each exported file, with a file for each part, readable by its owner only. */
export class ExportFolder extends ExportFiles {
  constructor(private readonly folder: string) {
    super();
  }

  async put(file: ExportFile, part: string, content: string): Promise<void> {
    const folder = this.#folderOf(file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, part);
    const beginning = await open(`${path}.tmp`, 'w', 0o600);
    try {
      await beginning.writeFile(content);
      await beginning.sync();
    } finally {
      await beginning.close();
    }
    renameDurably(`${path}.tmp`, path);
  }

  async get(file: ExportFile, part: string): Promise<Buffer | null> {
    try {
      return await readFile(join(this.#folderOf(file), part));
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return null;
      throw error;
    }
  }

  async deletePart(file: ExportFile, part: string): Promise<void> {
    await rm(join(this.#folderOf(file), part), { force: true });
  }

  async delete(file: ExportFile): Promise<void> {
    await rm(this.#folderOf(file), { recursive: true, force: true });
  }

  #folderOf({ programId, exportId }: ExportFile): string {
    return join(this.folder, `program-${encodeURIComponent(programId)}`, exportId);
  }
}
