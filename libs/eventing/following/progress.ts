import type { Position } from '@app/kernel';
import type { Partitions } from '../ports/partitions.js';
import type { Checkpoints } from '../ports/read-model-store.js';
import { untilReached } from './until-reached.js';

/** A read model or a follower; `isDivided`: false for a follower without parts. */
type Followed = { readonly name: string; readonly isDivided?: boolean };

/** How far read models and followers have followed the event store, each part on its own. */
export class Progress {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly partitions: Partitions,
  ) {}

  /**
   * Waits until it has handled everything of a program up to the position; `null`: of every program.
   * @returns false when the time (ms) is over
   */
  async waitFor(
    followed: Followed,
    position: Position,
    timeoutMs: number,
    programId: string | null = null,
  ): Promise<boolean> {
    const waits = this.checkpointsOf(followed, programId).map((name) =>
      this.checkpoints.waitFor(name, position, timeoutMs),
    );
    return (await Promise.all(waits)).every((reached) => reached);
  }

  /** A position up to which it has handled everything of the program; `null` before its first event. */
  reached({ name }: Followed, programId: string): Promise<Position | null> {
    return this.checkpoints.reached(this.partitions.of(programId).nameOf(name));
  }

  private checkpointsOf({ name, isDivided = true }: Followed, programId: string | null): readonly string[] {
    if (!isDivided) return [name];
    return (programId === null ? this.partitions.all : [this.partitions.of(programId)]).map((part) =>
      part.nameOf(name),
    );
  }

  /** Like {@link waitFor}, until the signal aborts. */
  async untilReached(
    followed: Followed,
    position: Position,
    signal: AbortSignal,
    programId: string | null = null,
  ): Promise<void> {
    await Promise.all(
      this.checkpointsOf(followed, programId).map((name) => untilReached(this.checkpoints, name, position, signal)),
    );
  }
}
