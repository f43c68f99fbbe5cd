import { Partitions } from '../ports/partitions.js';
import { CheckpointMoved, type Checkpoints } from '../ports/read-model-store.js';
import { UnusableData } from '../ports/unusable-data.js';
import { hasFollowed } from './record-identity.js';

/** Name of the checkpoint that says into how many parts the followers are divided. */
export const PARTITIONS = 'partitions';

/** How the followers were divided when they last ran; `null` when none has run yet. */
export async function storedPartitions(checkpoints: Checkpoints): Promise<Partitions | null> {
  const stored = await checkpoints.get(PARTITIONS);
  if (stored !== null) return new Partitions(Number.parseInt(stored, 10));
  // Data from before followers could be divided.
  return (await hasFollowed(checkpoints)) ? new Partitions() : null;
}

/** Stores how the followers are divided from now on. */
export async function storePartitions(checkpoints: Checkpoints, { count }: Partitions): Promise<void> {
  await checkpoints.set(PARTITIONS, await checkpoints.get(PARTITIONS), `${count} parts`);
}

/**
 * Checks that the followers are divided as their checkpoints are: with other parts, events would be handled again or
 * never. @throws UnusableData with what to do
 */
export async function checkPartitions({
  checkpoints,
  partitions,
}: {
  readonly checkpoints: Checkpoints;
  readonly partitions: Partitions;
}): Promise<void> {
  const stored = await storedPartitions(checkpoints);
  if (stored !== null && stored.count !== partitions.count)
    throw new UnusableData(
      `PARTITIONS is ${partitions.count}, and the followers are divided into ${stored.count}. To change that, stop all processes and run "npm run admin -- partition" with the new PARTITIONS`,
    );
  if ((await checkpoints.get(PARTITIONS)) !== null) return;
  try {
    await checkpoints.set(PARTITIONS, null, `${partitions.count} parts`);
  } catch (error) {
    if (!(error instanceof CheckpointMoved)) throw error;
    // Another process was first.
    await checkPartitions({ checkpoints, partitions });
  }
}
