import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type DevelopmentSecrets = { readonly jwtSecret: string; readonly twilioAuthToken: string };

/** Secrets for trying the product, generated once and stored in the data folder, so that tokens survive a restart. */
export async function developmentSecrets(folder: string): Promise<DevelopmentSecrets> {
  const path = join(folder, 'development-secrets.json');
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (kept !== null) return JSON.parse(kept) as DevelopmentSecrets;
  const made = { jwtSecret: randomBytes(32).toString('base64url'), twilioAuthToken: randomBytes(16).toString('hex') };
  await writeFile(`${path}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}
