import type { Position } from '@app/kernel';
import { UnusableData } from './unusable-data.js';

/**
 * There is no event at a follower's checkpoint: the checkpoint belongs to another event store, or the event store was
 * damaged.
 */
export class UnknownPosition extends UnusableData {
  override readonly name = 'UnknownPosition';

  constructor(readonly position: Position) {
    super(
      `No event begins at position ${position} of the record: the checkpoint belongs to another record. Restore the record and the read models from the same backup, or rebuild the read model`,
    );
  }
}
