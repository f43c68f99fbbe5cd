import { checkpointsAhead, setBackFollowers, type Engines } from '@app/eventing';
import { projections } from '@app/read-models';

/** What it has published is in the topics, and lost with none of the record. */
const isPublisher = (name: string): boolean => name === 'publisher';

/**
 * Where the record was restored from an older backup, sets followers back and empties the read models that have gone beyond its end, also
 * those that other versions have left. As long as one is left to do no process starts, so it can be stopped anywhere.
 */
export async function setBack(engines: Engines, say: (line: string) => void): Promise<void> {
  const { readModels } = engines;
  for (const name of await setBackFollowers(engines, isPublisher)) say(`${name.padEnd(12)} set back`);
  for (const { name, of } of (await checkpointsAhead(engines)).ahead) {
    const model = projections.find((projection) => projection.name === name) ?? { name, indexes: {} };
    await readModels.prepare(model);
    // What a rebuild has left is dropped; the live one becomes an empty copy, at the beginning.
    if (of === 'copy') await readModels.dropRebuild(model);
    else {
      await readModels.beginRebuild(model);
      await readModels.swapRebuild(model, null);
    }
    say(`${name.padEnd(12)} ${of === 'copy' ? 'copy dropped' : 'emptied'}`);
  }
}
