import { masterKeysOf, rotateFolderMasterKey } from '@app/composition';
import { configurationFor, refused, Refused, withEngines } from './with-engines.js';

/**
 * Wraps all keys with the new master key: the given one, with the former one as MASTER_KEY_PREVIOUS, or a new one of
 * the data folder. @throws Refused
 */
export async function rotateMasterKey(dataFolder: string | undefined): Promise<void> {
  const folder = folderWithOwnKey(dataFolder);
  if (folder === null) return rotateGiven(dataFolder);
  const rotated = await rotateFolderMasterKey(folder).catch((error: unknown) => {
    throw refused(error);
  });
  console.log(
    `${rotated} keys wrapped again. ${folder}/master.key is the new master key: keep a copy of it in another place`,
  );
}

function folderWithOwnKey(dataFolder: string | undefined): string | null {
  const configuration = configurationFor(dataFolder);
  return configuration.READ_MODELS === 'embedded' && !masterKeysOf(configuration) ? configuration.DATA_DIR : null;
}

const rotateGiven = (dataFolder: string | undefined): Promise<void> =>
  withEngines(dataFolder, async ({ keyring }, configuration) => {
    if (masterKeysOf(configuration)?.length !== 2)
      throw new Refused('Give the former master key too, as MASTER_KEY_PREVIOUS or MASTER_KEY_PREVIOUS_FILE');
    console.log(`${await keyring.rotate()} keys wrapped again. The former master key no longer opens any key`);
  });
