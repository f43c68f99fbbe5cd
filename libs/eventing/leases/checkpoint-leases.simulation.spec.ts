import fc from 'fast-check';
import { sleep } from '../following/retry.js';
import type { Work } from '../ports/leadership.js';
import { subjectOf } from '../ports/partitions.js';
import { CheckpointLeases } from './checkpoint-leases.js';
import { SharedCheckpoints } from './shared-checkpoints.fixture.js';

const TAKE_OVER_AFTER_MS = 1_000;
const NAMES = [
  ...['inbox', 'thread'].flatMap((name) => [1, 2, 3, 4].map((n) => `${name} ${n}/4`)),
  'publisher',
  'poller',
];

const actions = ['join', 'stop', 'kill', 'down', 'deaf', 'cut', 'up', 'slow', 'fail', 'standby'] as const;
type Action = { readonly kind: (typeof actions)[number]; readonly whose: number; readonly ms: number };

/** Who does which work, in the simulated time. */
class Installation {
  readonly stored = new Map<string, string>();
  readonly processes: Process[] = [];
  readonly doing = new Map<string, Set<{ readonly by: Process; readonly signal: AbortSignal }>>();

  constructor(readonly random: () => number) {}

  one(whose: number): Process | undefined {
    return this.processes[whose % Math.max(1, this.processes.length)];
  }

  holders(name: string): Process[] {
    return [...(this.doing.get(name) ?? [])].map(({ by }) => by);
  }

  apply({ kind, whose }: Action): void {
    const process = this.one(whose);
    if (kind === 'join') this.processes.push(new Process(this, NAMES));
    else if (kind === 'standby') this.processes.push(new Process(this, ['inbox 1/4', 'poller'], true));
    else if (kind === 'stop') process?.stop();
    else if (kind === 'kill') process?.kill();
    else if (kind === 'fail') process?.failOne(whose);
    else if (kind === 'slow') process?.slowDown();
    else if (process) process.checkpoints.state = kind;
  }
}

class Process {
  readonly checkpoints: SharedCheckpoints;
  private readonly stopping = new AbortController();
  private readonly failures = new Map<string, (error: Error) => void>();
  readonly done: Promise<unknown>;
  private isDead = false;

  constructor(
    private readonly installation: Installation,
    names: readonly string[],
    readonly isStandby = false,
  ) {
    this.checkpoints = new SharedCheckpoints(installation.stored);
    this.speedUp();
    const leases = new CheckpointLeases(this.checkpoints, TAKE_OVER_AFTER_MS);
    this.done = Promise.all(names.map((name) => this.keepLeading(leases, name)));
  }

  /** Leaves after its works have ended; a process that cannot reach the checkpoints is ended by its supervisor. */
  stop(): void {
    if (this.checkpoints.state === 'up') this.stopping.abort();
    else this.kill();
    this.leave();
  }

  /** Everything stops, and it never reaches the checkpoints again. */
  kill(): void {
    this.isDead = true;
    this.checkpoints.state = 'down';
    this.stopping.abort();
    for (const works of this.installation.doing.values())
      for (const work of works) if (work.by === this) works.delete(work);
    this.leave();
  }

  slowDown(): void {
    this.checkpoints.latency = () => Math.floor(this.installation.random() * 0.8 * TAKE_OVER_AFTER_MS);
  }

  speedUp(): void {
    this.checkpoints.latency = () => 1 + Math.floor(this.installation.random() * 20);
  }

  failOne(index: number): void {
    const names = [...this.failures.keys()];
    this.failures.get(names[index % Math.max(1, names.length)] ?? '')?.(new Error('failed'));
  }

  private leave(): void {
    const { processes } = this.installation;
    if (processes.includes(this)) processes.splice(processes.indexOf(this), 1);
  }

  private async keepLeading(leases: CheckpointLeases, name: string): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const work: Work = (signal) => this.work(name, signal);
      await leases.lead(name, work, this.stopping.signal, { isStandby: this.isStandby }).catch(() => undefined);
      await sleep(100, this.stopping.signal);
    }
  }

  private async work(name: string, signal: AbortSignal): Promise<void> {
    if (this.isDead) return;
    const works = this.installation.doing.get(name) ?? new Set();
    this.installation.doing.set(name, works);
    // Only a process that was told to end by its own clock may still be ending.
    for (const other of works) if (!other.signal.aborted) throw overlaps.push(`${name} is done twice`);
    const mine = { by: this, signal };
    works.add(mine);
    const failed = Promise.withResolvers<never>();
    this.failures.set(name, failed.reject);
    try {
      await Promise.race([failed.promise, sleep(1_000_000, signal)]);
      await sleep(this.installation.random() * 50);
    } finally {
      this.failures.delete(name);
      works.delete(mine);
    }
  }
}

let overlaps: string[] = [];
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const pass = (ms: number): Promise<unknown> => jest.advanceTimersByTimeAsync(ms);

const numbersFrom = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

const differ = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

it('whoever joins, stops, dies or is cut off, no work is done twice, and in the end each is done, evenly', async () => {
  const action = fc.record({
    kind: fc.constantFrom(...actions),
    whose: fc.nat(11),
    ms: fc.nat(2 * TAKE_OVER_AFTER_MS),
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(action, { minLength: 5, maxLength: 40 }), async (seed, given) => {
      overlaps = [];
      const installation = new Installation(numbersFrom(seed));
      installation.apply({ kind: 'join', whose: 0, ms: 0 });
      for (const one of given) {
        installation.apply(one);
        await pass(one.ms);
      }
      const { processes } = installation;
      for (const process of processes) {
        process.checkpoints.state = 'up';
        process.speedUp();
      }
      installation.apply({ kind: 'join', whose: 0, ms: 0 });
      await pass(6 * TAKE_OVER_AFTER_MS);

      expect(overlaps).toEqual([]);
      expect(NAMES.map((name) => installation.holders(name).length)).toEqual(NAMES.map(() => 1));
      const members = processes.filter(({ isStandby }) => !isStandby);
      const counts = (isCounted: (name: string) => boolean): number[] =>
        members.map(
          (member) => NAMES.filter((name) => isCounted(name) && installation.holders(name).includes(member)).length,
        );
      for (const subject of new Set(NAMES.map(subjectOf)))
        expect(differ(counts((name) => subjectOf(name) === subject))).toBeLessThanOrEqual(1);
      const stored = [...installation.stored.keys()].filter((name) => name.startsWith('lease member '));
      expect(stored).toHaveLength(processes.length);

      const stopped = Promise.all(processes.map(({ done }) => done));
      for (const process of [...processes]) process.stop();
      await pass(TAKE_OVER_AFTER_MS);
      await stopped;
      const left = [...installation.stored].filter(([, value]) => !value.endsWith(' free'));
      expect(left).toEqual([]);
    }),
    { numRuns: 100 },
  );
}, 120_000);
