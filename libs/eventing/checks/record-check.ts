import type { Position } from '@app/kernel';
import type { EventStore } from '../ports/event-store.js';
import { LEASE } from '../leases/lease-entries.js';
import { isPosition, type Checkpoints, type StoredCheckpoint } from '../ports/read-model-store.js';
import { checkIdentity, isOfAnotherRecord, REBUILD, RECORD, type RecordStores } from './record-identity.js';
import { subjectOf, type Partitions } from '../ports/partitions.js';
import { UnusableData } from '../ports/unusable-data.js';
import { checkPartitions, PARTITIONS } from './partition-check.js';

type Stores = { readonly eventStore: EventStore; readonly checkpoints: Checkpoints };

/** Checkpoints beyond the end of the event store. Their owners would skip all events up to there. */
export async function checkpointsAhead({
  eventStore,
  checkpoints,
}: Stores): Promise<{ readonly head: Position | null; readonly ahead: readonly StoredCheckpoint[] }> {
  // In this order: other processes may be working, and the event store only grows.
  const all = await checkpoints.all();
  const head = await eventStore.head();
  return { head, ahead: all.filter((stored) => isPosition(stored) && stored.checkpoint > (head ?? '')) };
}

/**
 * Checks once, before any follower starts, that keys, read models and checkpoints belong to the event store. They do
 * not when one of them was restored from an older backup, or belongs to another installation.
 */
export class RecordCheck {
  private passing: Promise<void> | null = null;

  constructor(private readonly stores: RecordStores & { readonly partitions: Partitions }) {}

  /** @throws UnusableData when they do not; EngineUnavailable, and the next call checks again */
  pass(): Promise<void> {
    this.passing ??= this.check().catch((error: unknown) => {
      this.passing = null;
      throw error;
    });
    return this.passing;
  }

  /**
   * At each start of a work, not only of the process: the followers may have been divided otherwise while it was
   * suspended, and its own parts would begin again. @throws UnusableData
   */
  passParts(): Promise<void> {
    return checkPartitions(this.stores);
  }

  private async check(): Promise<void> {
    await checkIdentity(this.stores);
    await checkPartitions(this.stores);
    const { head, ahead } = await checkpointsAhead(this.stores);
    if (ahead.length === 0) return;
    throw new UnusableData(
      `${head === null ? 'The record is empty' : `The record ends at ${head}`}, and these are beyond its end: ${ahead.map(inWords).toSorted().join(', ')}. ` +
        `The record was restored from an older backup, or is another record. ${REBUILD}`,
    );
  }
}

const inWords = ({ name, of, checkpoint }: StoredCheckpoint): string =>
  `${of === 'follower' ? '' : of === 'model' ? 'read model ' : 'copy of read model '}${name} at ${checkpoint}`;

/**
 * When a checkpoint is beyond the end, resets followers to the beginning and forgets up to which time other sources
 * were read: the lost events may include what they had written, and repeating what is still there changes nothing.
 * Followers whose effects are outside the event store are set back to its end at most. Checkpoints of another event
 * store are all reset to the beginning. Does nothing while no checkpoint is beyond the end, and never changes read
 * models.
 * @returns the names of the checkpoints that were reset
 */
export async function setBackFollowers(
  { eventStore, checkpoints }: Stores,
  hasEffectsElsewhere: (name: string) => boolean,
): Promise<readonly string[]> {
  const { head, ahead } = await checkpointsAhead({ eventStore, checkpoints });
  const isForeign = await isOfAnotherRecord({ eventStore, checkpoints });
  if (ahead.length === 0 && !isForeign) return [];
  const isAhead = (stored: StoredCheckpoint): boolean => isPosition(stored) && stored.checkpoint > (head ?? '');
  const followers = (await checkpoints.all()).filter(
    (stored) =>
      stored.of === 'follower' &&
      !stored.name.startsWith(LEASE) &&
      ![RECORD, PARTITIONS].includes(stored.name) &&
      (isForeign || !hasEffectsElsewhere(subjectOf(stored.name)) || isAhead(stored)),
  );
  // Those beyond the end come last, since only they show that a reset is needed.
  const inOrder = followers.toSorted((one, other) => Number(isAhead(one)) - Number(isAhead(other)));
  for (const { name, checkpoint } of inOrder)
    await checkpoints.set(name, checkpoint, hasEffectsElsewhere(subjectOf(name)) && !isForeign ? head : null);
  return inOrder.map(({ name }) => name);
}
