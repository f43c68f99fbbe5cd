import {
  checkpointsAhead,
  isOfAnotherRecord,
  nameRecordOfCheckpoints,
  setBackFollowers,
  subjectOf,
  type Engines,
} from '@app/eventing';
import { readModels } from '@app/read-models';

/** The publisher's messages are in the topics, and are not lost with events. */
const isPublisher = (name: string): boolean => name === 'publisher';

/**
 * After the event store was restored from an older backup, or replaced, resets followers and empties the read models
 * that do not belong to it, including those left by other versions. No process starts until everything is reset, so
 * this can be stopped at any point.
 */
export async function setBack(engines: Engines, say: (line: string) => void): Promise<void> {
  for (const name of await setBackFollowers(engines, isPublisher)) say(`${name.padEnd(12)} set back`);
  const isForeign = await isOfAnotherRecord(engines);
  const wrong = isForeign ? await engines.checkpoints.all() : (await checkpointsAhead(engines)).ahead;
  const copies = wrong.filter(({ of }) => of !== 'follower').map(({ name, of }) => `${of} ${subjectOf(name)}`);
  for (const [of, name] of [...new Set(copies)].map((copy) => copy.split(' ') as [string, string])) {
    const model = readModels.find((known) => known.name === name) ?? { name, indexes: {} };
    await engines.readModels.prepare(model);
    // A copy left by a rebuild is dropped; the live model is replaced by an empty copy, at the beginning.
    if (of === 'copy') await engines.readModels.dropRebuild(model);
    else {
      await engines.readModels.beginRebuild(model);
      await engines.readModels.swapRebuild(model, null);
    }
    say(`${name.padEnd(12)} ${of === 'copy' ? 'copy dropped' : 'emptied'}`);
  }
  // The last step: no process starts until it is done.
  if (isForeign) await nameRecordOfCheckpoints(engines);
}
