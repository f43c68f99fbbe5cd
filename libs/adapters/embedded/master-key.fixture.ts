import { writeSync } from 'node:fs';
import { openEmbedded, rotateFolderMasterKey } from './open-embedded.js';

/**
 * Opens a folder and creates a key, or rotates its master key, repeatedly until it is killed; prints a line at the
 * beginning and after each time.
 */
const [, , folder = '', what = ''] = process.argv;
const say = (line: string): number => writeSync(1, `${line}\n`);

say('begun');
for (let n = 0; ; n += 1) {
  if (what === 'rotate') {
    await rotateFolderMasterKey(folder);
    say('rotated');
  } else {
    const { keyring, close } = await openEmbedded(`${folder}/${what}-${n}`);
    say(`key ${what}-${n} ${Buffer.from(await keyring.ensure('subject')).toString('hex')}`);
    await close();
  }
}
