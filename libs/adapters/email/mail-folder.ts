import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const mailFolder = (dataFolder: string): string => join(dataFolder, 'mail');

/** Names the program that sent the email. */
export const PROGRAM_HEADER = 'X-Program';
const LINES_OF_HEADERS = 30;

/** A program's emails in a mail folder, as raw messages by file name; without a program, all emails. */
export async function listMail(
  folder: string,
  programId?: string,
): Promise<readonly { readonly file: string; readonly raw: string }[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.eml')).sort();
  const mails = await Promise.all(
    files.map(async (file) => ({ file, raw: await readFile(join(folder, file), 'utf8') })),
  );
  return mails.filter(
    ({ raw }) =>
      programId === undefined || raw.split(/\r?\n/, LINES_OF_HEADERS).includes(`${PROGRAM_HEADER}: ${programId}`),
  );
}
