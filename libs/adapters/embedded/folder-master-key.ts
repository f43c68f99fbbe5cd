import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_BYTES, MasterKey, UnusableData, type KeyStore, type MasterKeys } from '@app/eventing';
import { renameDurably, writeDurably } from './durable-file.js';

const current = (folder: string): string => join(folder, 'master.key');
/** Exists until a rotation is finished. */
const next = (folder: string): string => join(folder, 'master.key.new');

/**
 * The folder's own master keys. The first one is created when nothing is stored yet, and is on disk before it is used.
 * @param rotating creates the next one, unless a stopped rotation left it
 * @throws UnusableData when the file is missing and keys are stored, or does not hold a key
 */
export async function folderMasterKeys(folder: string, store: KeyStore, rotating: boolean): Promise<MasterKeys> {
  const kept = readKey(current(folder)) ?? (await firstKey(folder, store));
  const following = readKey(next(folder)) ?? (rotating ? makeKey(next(folder)) : null);
  return following ? [following, kept] : [kept];
}

/** Finishes a rotation: the next master key replaces the former one. */
export const keepNextMasterKey = (folder: string): void => renameDurably(next(folder), current(folder));

async function firstKey(folder: string, store: KeyStore): Promise<MasterKey> {
  for await (const _ of store.all())
    throw new UnusableData(
      `${current(folder)} is missing, and the keys in ${folder} are wrapped by it: restore it from your copy, or give it as MASTER_KEY_FILE. A new master key would not open them`,
    );
  return makeKey(current(folder));
}

function makeKey(path: string): MasterKey {
  const bytes = randomBytes(KEY_BYTES);
  writeDurably(path, `${bytes.toString('base64')}\n`);
  return new MasterKey(bytes);
}

function readKey(path: string): MasterKey | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const key = MasterKey.parse(text);
  if (!key)
    throw new UnusableData(
      `${path} is not a master key: it must hold 32 bytes as Base64 or hexadecimal digits. Put the right file back`,
    );
  return key;
}
