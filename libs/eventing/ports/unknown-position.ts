import type { Position } from '@app/kernel';
import { UnusableData } from './unusable-data.js';

/** A follower's checkpoint is at a position where the record has nothing: it is of another record, or the record was damaged. */
export class UnknownPosition extends UnusableData {
  override readonly name = 'UnknownPosition';

  constructor(readonly position: Position) {
    super(
      `No event begins at position ${position} of the record: the checkpoint belongs to another record. Restore the record and the read models from the same backup, or rebuild the read model`,
    );
  }
}
