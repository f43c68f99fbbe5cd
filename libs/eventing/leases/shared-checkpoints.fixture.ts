import { CheckpointMoved, Checkpoints, type StoredCheckpoint } from '../ports/read-model-store.js';
import { sleep } from '../following/retry.js';

/** What one process can reach of the checkpoints that several processes share. */
export class SharedCheckpoints extends Checkpoints {
  /**
   * How a call ends: it is refused, or done with its response lost, or it waits until this changes again, as in a
   * network that was cut, and is done then.
   */
  state: 'up' | 'down' | 'deaf' | 'cut' = 'up';
  /** Time in ms that a call takes at most. */
  latency: () => number = () => 0;
  readonly calls = { all: 0, set: 0 };

  constructor(readonly stored: Map<string, string>) {
    super();
  }

  get(name: string): Promise<string | null> {
    return this.call(() => this.stored.get(name) ?? null);
  }

  reached(): never {
    throw new Error('not used');
  }

  set(name: string, from: string | null, to: string | null): Promise<void> {
    this.calls.set += 1;
    return this.call(() => {
      if ((this.stored.get(name) ?? null) !== from) throw new CheckpointMoved(name);
      if (to === null) this.stored.delete(name);
      else this.stored.set(name, to);
    });
  }

  pass(): never {
    throw new Error('Leases are never passed');
  }

  all(prefix = ''): Promise<readonly StoredCheckpoint[]> {
    this.calls.all += 1;
    return this.call(() =>
      [...this.stored].flatMap(([name, checkpoint]) =>
        name.startsWith(prefix) ? [{ name, of: 'follower' as const, checkpoint }] : [],
      ),
    );
  }

  waitFor(): Promise<boolean> {
    throw new Error('not used');
  }

  private async call<T>(work: () => T): Promise<T> {
    if ((await this.delivered()) === 'down') throw new Error('down');
    const result = work();
    if ((await this.delivered()) !== 'up') throw new Error('no response');
    return result;
  }

  private async delivered(): Promise<typeof this.state> {
    const ms = this.latency();
    if (ms > 0) await sleep(ms);
    while (this.state === 'cut') await sleep(20);
    return this.state;
  }
}
