import type { LeadOptions, Work } from '../ports/leadership.js';
import { CheckpointLeases } from './checkpoint-leases.js';
import { SharedCheckpoints } from './shared-checkpoints.fixture.js';

const TAKE_OVER_AFTER_MS = 500;
const BEAT_MS = TAKE_OVER_AFTER_MS / 5;

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms).then(() => undefined);

let stored: Map<string, string>;
let running: Process[];
beforeEach(() => {
  jest.useFakeTimers();
  stored = new Map();
  running = [];
});
afterEach(async () => {
  const stopped = Promise.all(running.map((process) => process.stop()));
  await pass(TAKE_OVER_AFTER_MS);
  await stopped;
  jest.useRealTimers();
});

/** Works until it is told to end. */
const untilAborted: Work = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

class Process {
  readonly checkpoints = new SharedCheckpoints(stored);
  readonly working: string[] = [];
  private readonly leases = new CheckpointLeases(this.checkpoints, TAKE_OVER_AFTER_MS);
  private readonly stopping = new Map<string, AbortController>();
  private readonly leading: Promise<void>[] = [];

  constructor(...names: readonly string[]) {
    running.push(this);
    for (const name of names) void this.lead(name);
  }

  lead(name: string, work: Work = untilAborted, options?: LeadOptions): Promise<void> {
    const stop = new AbortController();
    this.stopping.set(name, stop);
    const working: Work = async (signal) => {
      this.working.push(name);
      await work(signal).finally(() => this.working.splice(this.working.indexOf(name), 1));
    };
    const leading = this.leases.lead(name, working, stop.signal, options);
    this.leading.push(leading.catch(() => undefined));
    return leading;
  }

  /** Stops one work, or all. */
  async stop(...names: readonly string[]): Promise<void> {
    for (const name of names.length === 0 ? this.stopping.keys() : names) this.stopping.get(name)?.abort();
    if (names.length === 0) await Promise.all(this.leading);
  }
}

const numberOf = ({ working }: Process): number => working.length;
const numbers = (...processes: readonly Process[]): number[] => processes.map(numberOf);
const members = (): string[] => [...stored.keys()].filter((name) => name.startsWith('lease member '));
const leases = (): [string, string][] => [...stored].filter(([name]) => !name.startsWith('lease member '));
const eight = Array.from({ length: 8 }, (_, index) => `inbox ${index + 1}/8`);

describe('leases by checkpoints', () => {
  it('rule 8: one works, the other is a standby, and takes over when the first one stops', async () => {
    const first = new Process('inbox');
    await pass(0);
    const second = new Process('inbox');
    await pass(3 * TAKE_OVER_AFTER_MS);
    const [active, standby] = first.working.length === 1 ? [first, second] : [second, first];
    expect(numbers(active, standby)).toEqual([1, 0]);
    await active.stop();
    await pass(BEAT_MS);
    expect(numbers(active, standby)).toEqual([0, 1]);
  });

  it('two processes share the parts, and each renews one entry and reads once in a beat', async () => {
    const processes = [new Process(...eight), new Process(...eight)];
    await pass(2 * BEAT_MS);
    expect(numbers(...processes)).toEqual([4, 4]);
    const before = processes.map(({ checkpoints: { calls } }) => ({ ...calls }));
    await pass(10 * BEAT_MS);
    for (const [index, { checkpoints }] of processes.entries())
      expect(checkpoints.calls).toEqual({
        all: (before[index]?.all ?? 0) + 10,
        set: (before[index]?.set ?? 0) + 10,
      });
  });

  it('a process that joins gets its share within two beats, after the works have ended', async () => {
    const first = new Process();
    const end = Promise.withResolvers<void>();
    for (const name of eight) void first.lead(name, (signal) => untilAborted(signal).then(() => end.promise));
    await pass(BEAT_MS);
    expect(numbers(first)).toEqual([8]);
    const second = new Process(...eight);
    await pass(TAKE_OVER_AFTER_MS);
    expect(numbers(first, second)).toEqual([8, 0]);
    end.resolve();
    await pass(BEAT_MS);
    expect(numbers(first, second)).toEqual([4, 4]);
  });

  it('a clean stop releases the leases at once, and the process leaves', async () => {
    const first = new Process(...eight);
    await pass(0);
    expect(members()).toHaveLength(1);
    await first.stop();
    expect(members()).toEqual([]);
    expect(leases()).toHaveLength(8);
    for (const [, lease] of leases()) expect(lease).toMatch(/^0{19}1 free$/);
    const second = new Process(...eight);
    await pass(0);
    expect(numbers(second)).toEqual([8]);
  });

  it('the works of a process that is killed are taken by the others, after its entry has not changed for long', async () => {
    const [first, second, third] = [new Process(...eight), new Process(...eight), new Process(...eight)];
    await pass(TAKE_OVER_AFTER_MS);
    first.checkpoints.state = 'down';
    await pass(TAKE_OVER_AFTER_MS - BEAT_MS);
    expect(numbers(first, second, third).reduce((sum, count) => sum + count)).toBe(8);
    await pass(3 * BEAT_MS);
    expect(numbers(first, second, third)).toEqual([0, 4, 4]);
    expect(members()).toHaveLength(2);
  });

  it('a process that renews its entry while another decides is not taken for dead', async () => {
    const processes = [new Process('inbox'), new Process('inbox')];
    await pass(2 * BEAT_MS);
    const [holder, other] = processes.toSorted((a, b) => numberOf(b) - numberOf(a)) as [Process, Process];
    holder.checkpoints.state = 'down';
    await pass(3.5 * BEAT_MS);
    // The next read of the other one comes first, and its write ends when the entry it has read is too old.
    const delays = [0, 0, 0.8 * BEAT_MS, 0.8 * BEAT_MS];
    other.checkpoints.latency = () => delays.shift() ?? 0;
    holder.checkpoints.latency = () => 1;
    holder.checkpoints.state = 'up';
    await pass(3 * BEAT_MS);
    expect(numbers(holder, other)).toEqual([1, 0]);
  });

  it('a lease whose holder is no member is taken at once', async () => {
    stored.set('lease inbox', '00000000000000000007 7f0a2c1e-0000-4000-8000-000000000000');
    stored.set('lease thread', '00000000000000000007');
    const process = new Process('inbox', 'thread');
    await pass(0);
    expect(numbers(process)).toEqual([2]);
    expect(stored.get('lease inbox')).toMatch(/^0{19}8 /);
  });

  it('one of several wins', async () => {
    const processes = Array.from({ length: 5 }, () => new Process('inbox'));
    await pass(3 * TAKE_OVER_AFTER_MS);
    expect(numbers(...processes).toSorted()).toEqual([0, 0, 0, 0, 1]);
  });

  it('a holder that lost its lease ends its work, does not release the lease, and waits again', async () => {
    const first = new Process('inbox');
    await pass(0);
    stored.set('lease member other', '00000000000000000001 ');
    stored.set('lease inbox', '00000000000000000099 other');
    await pass(BEAT_MS);
    expect(numbers(first)).toEqual([0]);
    expect(stored.get('lease inbox')).toBe('00000000000000000099 other');
    await pass(TAKE_OVER_AFTER_MS + BEAT_MS);
    expect(numbers(first)).toEqual([1]);
  });

  it('a lost response is neither another loss nor a second lease', async () => {
    const first = new Process();
    first.checkpoints.state = 'deaf';
    for (const name of eight) void first.lead(name);
    await pass(2 * BEAT_MS);
    first.checkpoints.state = 'up';
    await pass(2 * BEAT_MS);
    expect(numbers(first)).toEqual([8]);
    const ends = jest.fn();
    void first.lead('thread', (signal) => untilAborted(signal).finally(ends));
    await pass(0);
    for (let beat = 0; beat < 6; beat += 1) {
      first.checkpoints.state = beat % 2 === 0 ? 'deaf' : 'up';
      await pass(2 * BEAT_MS);
    }
    expect(ends).not.toHaveBeenCalled();
    expect(members()).toHaveLength(1);
  });

  it('a release whose response or request was lost is repeated', async () => {
    const first = new Process('inbox', 'thread');
    await pass(0);
    first.checkpoints.state = 'down';
    await first.stop('inbox');
    await pass(BEAT_MS);
    expect(stored.get('lease inbox')).not.toMatch(/free$/);
    first.checkpoints.state = 'up';
    await pass(BEAT_MS);
    expect(stored.get('lease inbox')).toMatch(/free$/);
    expect(numbers(first)).toEqual([1]);
  });

  it.each(['down', 'cut'] as const)(
    'a holder ends its works when it cannot renew its entry for too long, and resumes when it can: %s',
    async (state) => {
      const first = new Process('inbox');
      await pass(10);
      first.checkpoints.state = state;
      await pass(TAKE_OVER_AFTER_MS - 20);
      expect(numbers(first)).toEqual([1]);
      await pass(20);
      expect(numbers(first)).toEqual([0]);
      first.checkpoints.state = 'up';
      const again = state === 'cut' ? null : first.lead('inbox');
      await pass(BEAT_MS);
      expect(numbers(first)).toEqual([1]);
      void again;
    },
  );

  it('a call is rejected with the error of the checkpoints when it has lasted too long', async () => {
    const process = new Process();
    process.checkpoints.state = 'down';
    const rejected = expect(process.lead('inbox')).rejects.toThrow('down');
    await pass(TAKE_OVER_AFTER_MS + BEAT_MS);
    await rejected;
  });

  it('rejects with the error of its work after the lease is released, so that another process can take it', async () => {
    const first = new Process();
    const failing = expect(first.lead('inbox', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await pass(0);
    await failing;
    expect(stored.get('lease inbox')).toMatch(/free$/);
    expect(members()).toEqual([]);
    const second = new Process('inbox');
    await pass(0);
    expect(numbers(second)).toEqual([1]);
  });

  it('a part that fails in one process comes to another, which keeps it', async () => {
    const [first, second] = [new Process(), new Process(...eight)];
    const [bad = '', ...good] = eight;
    for (const name of good) void first.lead(name);
    await pass(3 * TAKE_OVER_AFTER_MS);
    expect(second.working).toContain(bad);
    expect([...first.working, ...second.working].toSorted()).toEqual(eight);
    const before = [...first.working];
    await pass(3 * TAKE_OVER_AFTER_MS);
    expect(first.working).toEqual(before);
  });

  it('a standby stops waiting when it is told to', async () => {
    const [first, second] = [new Process('inbox'), new Process('inbox')];
    await pass(TAKE_OVER_AFTER_MS);
    await Promise.all([first.stop(), second.stop()]);
    expect(members()).toEqual([]);
  });

  it('work that returns is over', async () => {
    const process = new Process();
    await process.lead('inbox', () => Promise.resolve());
    expect(stored.get('lease inbox')).toMatch(/free$/);
  });

  it('work that only a standby asks for moves to a process that asks for it, and back when that one stops', async () => {
    const [admin, projector] = [new Process(), new Process()];
    void admin.lead('inbox', untilAborted, { isStandby: true });
    await pass(0);
    expect(numbers(admin)).toEqual([1]);
    void projector.lead('inbox');
    await pass(2 * BEAT_MS);
    expect(numbers(admin, projector)).toEqual([0, 1]);
    await pass(TAKE_OVER_AFTER_MS);
    expect(numbers(admin, projector)).toEqual([0, 1]);
    await projector.stop();
    await pass(BEAT_MS);
    expect(numbers(admin, projector)).toEqual([1, 0]);
  });
});
