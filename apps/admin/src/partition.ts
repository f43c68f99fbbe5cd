import { storedPartitions, storePartitions, type Engines } from '@app/eventing';
import { PUBLISHER } from '@app/public-events';
import { Automation } from '@app/application';
import { readModels } from '@app/read-models';

/** Followers that can be divided, by the names of their checkpoints. */
const subjects = [...readModels.map(({ name }) => name), Automation.worker, PUBLISHER];

/**
 * Divides the followers into the configured number of parts. Each new part begins where the last of the former ones is:
 * handling an event again changes nothing. If it is stopped, the former parts are still valid, and it is run again.
 */
export async function partition(
  { checkpoints, partitions, readModels: store }: Engines,
  say: (line: string) => void,
): Promise<void> {
  const before = (await storedPartitions(checkpoints)) ?? partitions;
  if (before.count === partitions.count) return say(`The followers are divided into ${before.count} already`);
  for (const model of readModels) await store.prepare(model);
  for (const subject of subjects) {
    const reached = await Promise.all(before.all.map((part) => checkpoints.get(part.nameOf(subject))));
    const from = reached.toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))[0] ?? null;
    for (const name of partitions.all.map((part) => part.nameOf(subject)))
      await checkpoints.set(name, await checkpoints.get(name), from);
    say(`${subject.padEnd(12)} ${partitions.count} parts from ${from ?? 'the beginning'}`);
  }
  await storePartitions(checkpoints, partitions);
  for (const subject of subjects)
    for (const name of before.all.map((part) => part.nameOf(subject)))
      await checkpoints.set(name, await checkpoints.get(name), null);
}
