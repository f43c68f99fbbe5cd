import { CheckpointLeases, SoleProcess } from './leadership.js';
import { CheckpointMoved, Checkpoints } from './read-model-store.js';

class CheckpointsInMemory extends Checkpoints {
  readonly stored = new Map<string, string>();
  isDown = false;
  async get(name: string): Promise<string | null> {
    if (this.isDown) throw new Error('down');
    return this.stored.get(name) ?? null;
  }
  async set(name: string, from: string | null, to: string): Promise<void> {
    if (this.isDown) throw new Error('down');
    if ((this.stored.get(name) ?? null) !== from) throw new CheckpointMoved(name);
    this.stored.set(name, to);
  }
  pass(): never {
    throw new Error('not used');
  }
  all(): Promise<never> {
    throw new Error('not used');
  }
  waitFor(): Promise<boolean> {
    throw new Error('not used');
  }
}

const TAKE_OVER_AFTER_MS = 100;

/** A worker that reports when its work starts and when it is ended. */
function worker(checkpoints: Checkpoints) {
  const stop = new AbortController();
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const work = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      began.resolve();
      signal.addEventListener('abort', () => {
        ended.resolve();
        resolve();
      });
    });
  const done = new CheckpointLeases(checkpoints, TAKE_OVER_AFTER_MS).lead('inbox', work, stop.signal);
  return { began: began.promise, ended: ended.promise, done, stop: () => stop.abort() };
}

const isPending = async (promise: Promise<unknown>): Promise<boolean> =>
  (await Promise.race([
    promise.then(() => 'done'),
    new Promise((resolve) => setTimeout(resolve, 3 * TAKE_OVER_AFTER_MS, 'pending')),
  ])) === 'pending';

describe('leases by checkpoints', () => {
  let checkpoints: CheckpointsInMemory;
  beforeEach(() => {
    checkpoints = new CheckpointsInMemory();
  });

  it('rule 8: one works, the other is a standby, and takes over when the first one stops', async () => {
    const first = worker(checkpoints);
    await first.began;
    const second = worker(checkpoints);
    expect(await isPending(second.began)).toBe(true);
    first.stop();
    await first.done;
    await second.began;
    second.stop();
    await second.done;
  });

  it('a standby takes over from a holder that died without releasing the lease', async () => {
    checkpoints.stored.set('lease inbox', '00000000000000000007');
    const second = worker(checkpoints);
    await second.began;
    second.stop();
    await second.done;
  });

  it('one of several standbys wins the takeover', async () => {
    checkpoints.stored.set('lease inbox', '00000000000000000007');
    const workers = Array.from({ length: 5 }, () => worker(checkpoints));
    let working = 0;
    for (const { began } of workers) void began.then(() => (working += 1));
    await Promise.race(workers.map(({ began }) => began));
    expect(await isPending(Promise.all(workers.map(({ began }) => began)))).toBe(true);
    expect(working).toBe(1);
    for (const { stop } of workers) stop();
    await Promise.all(workers.map(({ done }) => done));
  });

  it('a holder that lost its lease ends its work, and does not release the lease', async () => {
    const first = worker(checkpoints);
    await first.began;
    checkpoints.stored.set('lease inbox', '00000000000000000099');
    await first.ended;
    await first.done;
    expect(checkpoints.stored.get('lease inbox')).toBe('00000000000000000099');
  });

  it("a failed renewal during a takeover does not mistake the other's lease for its own", async () => {
    const first = worker(checkpoints);
    await first.began;
    const elsewhere = new CheckpointsInMemory();
    let taken = '';
    checkpoints.set = async (name, from) => {
      elsewhere.stored.set(name, `${String(from).split(' ')[0]} free`);
      const second = worker(elsewhere);
      await second.began;
      taken = elsewhere.stored.get(name) ?? '';
      checkpoints.stored.set(name, taken);
      second.stop();
      await second.done;
      throw new Error('down');
    };
    await first.ended;
    await first.done;
    expect(checkpoints.stored.get('lease inbox')).toBe(taken);
  });

  it('a holder ends its work when it cannot renew the lease for too long', async () => {
    const first = worker(checkpoints);
    await first.began;
    checkpoints.isDown = true;
    await first.ended;
    await first.done;
  });

  it('a holder rejects with the error of its work, and releases the lease', async () => {
    const leases = new CheckpointLeases(checkpoints, TAKE_OVER_AFTER_MS);
    await expect(
      leases.lead('inbox', () => Promise.reject(new Error('broken')), new AbortController().signal),
    ).rejects.toThrow('broken');
    expect(checkpoints.stored.get('lease inbox')).toMatch(/free$/);
  });

  it('a standby stops waiting when it is told to', async () => {
    const first = worker(checkpoints);
    await first.began;
    const second = worker(checkpoints);
    second.stop();
    await second.done;
    first.stop();
    await first.done;
  });

  it('an engine of one process needs no lease', async () => {
    const seen: AbortSignal[] = [];
    const { signal } = new AbortController();
    await new SoleProcess().lead('inbox', async (given) => void seen.push(given), signal);
    expect(seen).toEqual([signal]);
  });
});
