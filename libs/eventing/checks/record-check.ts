import type { Position } from '@app/kernel';
import type { EventStore } from '../ports/event-store.js';
import { LEASE } from '../ports/leadership.js';
import { isPosition, type Checkpoints, type StoredCheckpoint } from '../ports/read-model-store.js';
import { checkIdentity, isOfAnotherRecord, REBUILD, RECORD, type RecordStores } from './record-identity.js';
import { UnusableData } from '../ports/unusable-data.js';

type Stores = { readonly eventStore: EventStore; readonly checkpoints: Checkpoints };

/** Checkpoints that lie beyond the end of the record. Their owners would pass over everything up to there. */
export async function checkpointsAhead({
  eventStore,
  checkpoints,
}: Stores): Promise<{ readonly head: Position | null; readonly ahead: readonly StoredCheckpoint[] }> {
  // In this order: other processes may be at work, and the record only grows.
  const all = await checkpoints.all();
  const head = await eventStore.head();
  return { head, ahead: all.filter((stored) => isPosition(stored) && stored.checkpoint > (head ?? '')) };
}

/**
 * Whether keys, read models and checkpoints belong to the record, found out once before anything follows it. They do not where
 * one of them was restored from an older backup, or is of another installation.
 */
export class RecordCheck {
  private passing: Promise<void> | null = null;

  constructor(private readonly stores: RecordStores) {}

  /** @throws UnusableData when they do not; EngineUnavailable, then it is asked again the next time */
  pass(): Promise<void> {
    this.passing ??= this.check().catch((error: unknown) => {
      this.passing = null;
      throw error;
    });
    return this.passing;
  }

  private async check(): Promise<void> {
    await checkIdentity(this.stores);
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
 * Where a checkpoint is beyond the record's end, sets followers back to the beginning, and forgets up to which time other sources
 * were read: what they have written may be among what the record has lost. What they do again and is there already changes nothing.
 * Those whose effects lie elsewhere than in the record go back to its end at most. Those of another record all go back to the
 * beginning. Does nothing while nothing is ahead. Read models are left as they are.
 * @returns the names of what it set back
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
      stored.name !== RECORD &&
      (isForeign || !hasEffectsElsewhere(stored.name) || isAhead(stored)),
  );
  // Those ahead come last, since only they show that there is something to do.
  const inOrder = followers.toSorted((one, other) => Number(isAhead(one)) - Number(isAhead(other)));
  for (const { name, checkpoint } of inOrder)
    await checkpoints.set(name, checkpoint, hasEffectsElsewhere(name) && !isForeign ? head : null);
  return inOrder.map(({ name }) => name);
}
