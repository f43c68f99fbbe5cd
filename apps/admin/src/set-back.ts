import {
  checkpointsAhead,
  isOfAnotherRecord,
  nameRecordOfCheckpoints,
  setBackFollowers,
  type Engines,
} from '@app/eventing';
import { readModels } from '@app/read-models';

/** What it has published is in the topics, and lost with none of the record. */
const isPublisher = (name: string): boolean => name === 'publisher';

/**
 * Where the record was restored from an older backup, or is another one, sets followers back and empties the read models that do not
 * belong to it, also those that other versions have left. As long as one is left to do no process starts, so it can be stopped anywhere.
 */
export async function setBack(engines: Engines, say: (line: string) => void): Promise<void> {
  for (const name of await setBackFollowers(engines, isPublisher)) say(`${name.padEnd(12)} set back`);
  const isForeign = await isOfAnotherRecord(engines);
  const wrong = isForeign ? await engines.checkpoints.all() : (await checkpointsAhead(engines)).ahead;
  for (const { name, of } of wrong.filter((one) => one.of !== 'follower')) {
    const model = readModels.find((known) => known.name === name) ?? { name, indexes: {} };
    await engines.readModels.prepare(model);
    // What a rebuild has left is dropped; the live one becomes an empty copy, at the beginning.
    if (of === 'copy') await engines.readModels.dropRebuild(model);
    else {
      await engines.readModels.beginRebuild(model);
      await engines.readModels.swapRebuild(model, null);
    }
    say(`${name.padEnd(12)} ${of === 'copy' ? 'copy dropped' : 'emptied'}`);
  }
  // The last step: as long as it is not done, no process starts.
  if (isForeign) await nameRecordOfCheckpoints(engines);
}
