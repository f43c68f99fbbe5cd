import type { Position } from '@app/kernel';
import { UnusableData } from './unusable-data.js';

/** A follower's checkpoint is at a position where the record has nothing: it is of another record, or the record was damaged. */
export class UnknownPosition extends UnusableData {
  override readonly name = 'UnknownPosition';

  constructor(readonly position: Position) {
    super(
      `Nothing begins at position ${position} of the record: this checkpoint is of another record. Restore what belongs together, or rebuild the read model`,
    );
  }
}
