import { randomUUID } from 'node:crypto';
import type { Position } from '@app/kernel';
import { Wakeup } from '../following/wakeup.js';
import { Leadership, type LeadOptions, type Work } from '../ports/leadership.js';
import { subjectOf } from '../ports/partitions.js';
import type { Checkpoints } from '../ports/read-model-store.js';
import { Ages } from './ages.js';
import { Candidate } from './candidate.js';
import {
  entriesOf,
  freed,
  holderOf,
  LEASE,
  leaseName,
  memberEntry,
  memberName,
  subjectsIn,
  takenBy,
  type Entries,
} from './lease-entries.js';
import { nextSteps, type Steps, type View } from './next-steps.js';

const BEATS = 5;

/**
 * Leases stored as checkpoints. A process renews one entry of its own, not its leases: a lease is held as long as the
 * entry of its holder changes. All moves are compare-and-set, and have one winner. No two clocks are compared. A process
 * that was suspended may write for a moment longer; guards by position and command ids make that harmless.
 */
export class CheckpointLeases extends Leadership {
  private readonly id: string = randomUUID();
  private readonly candidates = new Set<Candidate>();
  private readonly changes = new Wakeup();
  private readonly ages = { members: new Ages(), unheld: new Ages() };
  private isRunning = false;
  private beats = 0;
  /** Before the request of the last successful renewal. */
  private renewedAt = 0;
  private expiry: NodeJS.Timeout | undefined;

  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly takeOverAfterMs: number,
  ) {
    super();
  }

  async lead(name: string, work: Work, signal: AbortSignal, { isStandby = false }: LeadOptions = {}): Promise<void> {
    if (signal.aborted) return;
    const candidate = new Candidate({ name, work, signal, isStandby }, () => this.changes.wake());
    this.candidates.add(candidate);
    this.changes.wake();
    void this.run();
    await candidate.done;
  }

  /** While there are candidates; the only writer of this process, so its writes never overlap. */
  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    this.renewedAt = performance.now();
    while (this.candidates.size > 0) {
      const since = this.changes.calls;
      await this.settle();
      if (this.candidates.size === 0) break;
      await this.beat();
      await this.changes.wait({ since, ms: this.takeOverAfterMs / BEATS });
    }
    this.isRunning = false;
  }

  /** Releases the leases of works that have ended, if they are still its own, and leaves with the last one. */
  private async settle(): Promise<void> {
    const ended = [...this.candidates].filter(({ state }) => state === 'ended');
    await Promise.all(
      ended.map(async ({ name, lease }) => {
        if (lease !== null) await this.isMoved(leaseName(name), lease, freed(lease));
      }),
    );
    const over = ended.filter((candidate) => !candidate.waitAgain());
    if (over.length === this.candidates.size) await this.leave();
    for (const candidate of over) {
      this.candidates.delete(candidate);
      candidate.settle();
    }
  }

  private async leave(): Promise<void> {
    clearTimeout(this.expiry);
    const name = memberName(this.id);
    // If this fails, the others notice that the entry does not change.
    await this.checkpoints
      .get(name)
      .then((entry) => this.checkpoints.set(name, entry, null))
      .catch(() => undefined);
  }

  private async beat(): Promise<void> {
    const askedAt = performance.now();
    const entries = await this.renewed().catch((error: unknown) => {
      if (!this.isLive()) for (const candidate of this.in('waiting')) candidate.fail(error);
      return null;
    });
    if (entries === null) return;
    const view = this.viewOf(entries, askedAt);
    await this.take(nextSteps(view), entries);
    const dead = [...entries.members].filter(([id]) => !view.members.has(id));
    await Promise.all(dead.map(([id, entry]) => this.isMoved(memberName(id), entry, null)));
  }

  /** Reads all entries and renews that of this process. A lost response is no harm: the next beat reads what is stored. */
  private async renewed(): Promise<Entries> {
    const entries = entriesOf(await this.checkpoints.all(LEASE));
    for (const candidate of this.in('working'))
      if (candidate.lease !== entries.leases.get(candidate.name)) candidate.stop();
    const askedAt = performance.now();
    this.beats += 1;
    const entry = memberEntry(this.beats, this.subjects());
    await this.checkpoints.set(memberName(this.id), entries.members.get(this.id) ?? null, entry);
    this.renewedAt = askedAt;
    clearTimeout(this.expiry);
    // Not at a beat, which may wait for the store.
    this.expiry = setTimeout(() => this.stopAll(), Math.max(0, askedAt + this.takeOverAfterMs - performance.now()));
    return entries;
  }

  private viewOf({ leases, members }: Entries, askedAt: number): View {
    const ages = this.ages.members.of(members, askedAt);
    const live = new Map([[this.id, this.subjects()]]);
    for (const [id, entry] of members)
      if (id !== this.id && (ages.get(id) ?? 0) < this.takeOverAfterMs) live.set(id, subjectsIn(entry));
    const holders = new Map([...leases].map(([name, lease]) => [name, holderOf(lease)]));
    for (const [name, holder] of holders) if (!live.has(holder)) holders.delete(name);
    const active = [...this.candidates].filter(({ isActive }) => isActive);
    const wanted = namesOf(active.filter(({ isStandby }) => !isStandby));
    const unheld = this.ages.unheld.of(
      new Map(wanted.flatMap((name) => (holders.has(name) ? [] : [[name, '']]))),
      askedAt,
    );
    return {
      me: this.id,
      members: live,
      holders,
      abandoned: new Set([...unheld.keys()].filter((name) => (unheld.get(name) ?? 0) >= this.takeOverAfterMs)),
      wanted,
      standby: namesOf(active.filter(({ isStandby }) => isStandby)),
      working: namesOf(this.in('working').toSorted((a, b) => a.takenAt - b.takenAt)),
      ending: namesOf([...this.in('ending'), ...this.in('ended')]),
    };
  }

  private async take({ take, stop, free }: Steps, { leases }: Entries): Promise<void> {
    for (const candidate of this.in('working')) if (stop.includes(candidate.name)) candidate.stop();
    await Promise.all([
      ...take.map(async (name) => {
        const before = leases.get(name) ?? null;
        const lease = takenBy(this.id, before);
        if (await this.isMoved(leaseName(name), before, lease)) this.start(name, lease);
      }),
      ...free.map((name) => {
        const lease = leases.get(name) ?? '';
        return this.isMoved(leaseName(name), lease, freed(lease));
      }),
    ]);
  }

  /** If the work is no longer wanted, or others may no longer wait for it, the next beat sees the lease and decides again. */
  private start(name: string, lease: Position): void {
    const candidate = this.in('waiting').find((waiting) => waiting.name === name);
    if (candidate && this.isLive()) candidate.start(lease);
  }

  private stopAll(): void {
    for (const candidate of this.in('working')) candidate.stop();
  }

  private isLive(): boolean {
    return performance.now() - this.renewedAt < this.takeOverAfterMs;
  }

  private in(state: Candidate['state']): readonly Candidate[] {
    return [...this.candidates].filter((candidate) => candidate.state === state);
  }

  /** What this process announces: standbys do not count. */
  private subjects(): readonly string[] {
    const wanted = [...this.candidates].filter(({ isActive, isStandby }) => isActive && !isStandby);
    return [...new Set(wanted.map(({ name }) => subjectOf(name)))].toSorted();
  }

  /** False also when the response is lost: the next beat reads what is stored. */
  private isMoved(name: string, from: Position | null, to: Position | null): Promise<boolean> {
    return this.checkpoints.set(name, from, to).then(
      () => true,
      () => false,
    );
  }
}

const namesOf = (candidates: readonly Candidate[]): readonly string[] => [
  ...new Set(candidates.map(({ name }) => name)),
];
