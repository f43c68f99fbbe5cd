import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const mailFolder = (dataFolder: string): string => join(dataFolder, 'mail');

/** What is in a mail folder, as raw messages by file name. */
export async function listMail(folder: string): Promise<readonly { readonly file: string; readonly raw: string }[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.eml')).sort();
  return Promise.all(files.map(async (file) => ({ file, raw: await readFile(join(folder, file), 'utf8') })));
}
