import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '@app/composition';
import type { Engines } from '@app/eventing';

/** Embedded engines in a folder that is deleted when they close. */
export async function openTemporary(): Promise<Engines> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const engines = await openEmbedded(folder);
  const close = async (): Promise<void> => {
    await engines.close();
    await rm(folder, { recursive: true });
  };
  return { ...engines, close };
}
