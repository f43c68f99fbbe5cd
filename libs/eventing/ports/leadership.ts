import { randomUUID } from 'node:crypto';
import type { Position } from '@app/kernel';
import { CheckpointMoved, type Checkpoints } from './read-model-store.js';
import { sleep } from '../following/retry.js';

export type Work = (signal: AbortSignal) => Promise<void>;

/** Lets one process at a time do a piece of work; the others are standbys. */
export abstract class Leadership {
  /**
   * Waits as a standby until no other process does the work of this name, then does it. The work's signal aborts when
   * the outer one does, or when another process took over. Resolves when the signal aborts; rejects when the work does.
   */
  abstract lead(name: string, work: Work, signal: AbortSignal): Promise<void>;
}

/** For engines that belong to one process, which therefore has no standby. */
export class SoleProcess extends Leadership {
  lead(_name: string, work: Work, signal: AbortSignal): Promise<void> {
    return work(signal);
  }
}

/** Prefix of the names of leases among the checkpoints. */
export const LEASE = 'lease ';

const BEATS = 5;
const FREE = 'free';

/**
 * A lease is a checkpoint that its holder renews. A standby that has seen it unchanged for the whole time, by its own
 * clock, takes it over: compare-and-set has one winner, and the former holder finds the lease changed. No two clocks
 * are compared. A holder that was suspended may write for a moment longer; guards by position and command ids make that
 * harmless.
 */
export class CheckpointLeases extends Leadership {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly takeOverAfterMs: number,
  ) {
    super();
  }

  async lead(name: string, work: Work, signal: AbortSignal): Promise<void> {
    const lease = `${LEASE}${name}`;
    const taken = await this.take(lease, signal);
    if (taken === null) return;
    const working = new AbortController();
    const stop = (): void => working.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const holding = this.hold(lease, taken, working);
    try {
      await work(working.signal);
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      const held = await holding;
      // Released, so that the next holder need not wait; if this fails, it waits.
      if (held !== null) await this.checkpoints.set(lease, held, `${numberOf(held)} ${FREE}`).catch(() => undefined);
    }
  }

  /** @returns the lease as this process has set it; `null` when the signal aborted first */
  private async take(lease: string, signal: AbortSignal): Promise<Position | null> {
    let seen: Position | null | undefined;
    let since = 0;
    while (!signal.aborted) {
      const stored = await this.checkpoints.get(lease);
      if (stored !== seen) [seen, since] = [stored, performance.now()];
      if (stored === null || stored.endsWith(FREE) || performance.now() - since >= this.takeOverAfterMs) {
        const mine = after(stored);
        if (await this.move(lease, stored, mine)) return mine;
      }
      await sleep(this.takeOverAfterMs / BEATS, signal);
    }
    return null;
  }

  /**
   * Renews the lease until the work ends; ends the work when the lease is lost. @returns the lease, `null` when it is
   * lost
   */
  private async hold(lease: string, taken: Position, working: AbortController): Promise<Position | null> {
    let held = taken;
    let movedAt = performance.now();
    for (;;) {
      await sleep(this.takeOverAfterMs / BEATS, working.signal);
      if (working.signal.aborted) return held;
      const asked = performance.now();
      const next = after(held);
      // The response may be lost: the stored value shows whether the lease was renewed.
      const stored = await this.move(lease, held, next).then(
        (isMoved) => (isMoved ? next : null),
        () => this.checkpoints.get(lease).catch(() => held),
      );
      if (stored === next) [held, movedAt] = [next, asked];
      else if (stored !== held || performance.now() - movedAt >= this.takeOverAfterMs) {
        working.abort();
        return null;
      }
    }
  }

  private async move(lease: string, from: Position | null, to: Position): Promise<boolean> {
    try {
      await this.checkpoints.set(lease, from, to);
      return true;
    } catch (error) {
      if (error instanceof CheckpointMoved) return false;
      throw error;
    }
  }
}

const numberOf = (lease: Position): string => lease.split(' ')[0] ?? '';
/** A value that no other process would write: if it is stored, this process has stored it. */
const after = (lease: Position | null): Position =>
  `${String(Number(lease === null ? 0 : numberOf(lease)) + 1).padStart(20, '0')} ${randomUUID()}`;
