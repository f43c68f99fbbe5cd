import type { Checkpoints } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { ReadableMessage } from './republisher.js';

/** Name of the sweep and its checkpoint. */
export const SWEEP = 'notifier sweep';

/** A republished message: when (ms) it is checked next, and where a restart finds it. */
type Waiting = {
  readonly message: ReadableMessage;
  readonly from: Position | null;
  readonly nextAt: number;
  readonly pause: number;
};

/** How far one run of the sweep has come. */
export class SweepProgress {
  /** By event id, in the order of the events. */
  readonly waiting = new Map<string, Waiting>();
  /** Every message up to here was checked. */
  checked: Position | null;
  private saved: Position | null;
  private saving: Promise<void> = Promise.resolve();

  constructor(saved: Position | null) {
    this.checked = saved;
    this.saved = saved;
  }

  /** Moves the checkpoint to just before the first message that still waits. */
  save(checkpoints: Checkpoints): Promise<void> {
    this.saving = this.saving.then(async () => {
      const [oldest] = this.waiting.values();
      const to = oldest ? oldest.from : this.checked;
      if (to === null || (this.saved !== null && to <= this.saved)) return;
      await checkpoints.set(SWEEP, this.saved, to);
      this.saved = to;
    });
    return this.saving;
  }
}
