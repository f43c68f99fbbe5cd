import type { Position } from '@app/kernel';
import type { TrustedClock } from '../checks/trusted-clock.js';
import type { Clock } from '../ports/clock.js';
import type { DueRow, DueWork, OnFailure } from './due-work.js';
import { ProgramSchedule } from './program-schedule.js';
import type { Part, Partitions } from '../ports/partitions.js';
import { isDeleted, keyText } from '../ports/read-model-store.js';
import { Progress } from './progress.js';
import { touchedBy, type Followed as FollowedStores } from './run-projection.js';
import { sideBySide } from './side-by-side.js';
import { untilReached } from './until-reached.js';
import { Wakeup } from './wakeup.js';

type Followed = FollowedStores & { readonly partitions: Partitions };

const LONGEST_WAIT_MS = 1_000;
const PROGRAMS_AT_ONCE = 10;
/** Everything due is read again after this time: a rebuilt read model may contain work that no event announces. */
const READ_AGAIN_MS = 5 * 60_000;

/**
 * Does work when it is due. Due times are stored in a read model, so they survive the process and follow from events;
 * events announce their changes. Programs take turns, so that the work of one does not delay another's.
 */
export class Scheduler {
  constructor(
    private readonly followed: Followed,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  /** Runs until the signal aborts. Rejects when a store does; then call it again. */
  async run<Row extends DueRow>(work: DueWork<Row>, onFailure: OnFailure<Row>, signal: AbortSignal): Promise<void> {
    await new Run(this.followed, this.clock, this.trustedClock, work, onFailure).run(signal);
  }
}

class Run<Row extends DueRow> {
  private readonly wakeup = new Wakeup();
  /** Programs with pending work; the one that had its turn last is at the end. */
  private readonly programs = new Map<string, ProgramSchedule<Row>>();
  private readonly turns = new Map<string, Promise<void>>();
  /** When the last reading of everything began, in ms. */
  private readAllAt = -Infinity;
  private failure: { readonly error: unknown } | null = null;
  private readonly progress: Progress;

  constructor(
    private readonly followed: Followed,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
    private readonly work: DueWork<Row>,
    private readonly onFailure: OnFailure<Row>,
  ) {
    this.progress = new Progress(followed.checkpoints, followed.partitions);
  }

  async run(signal: AbortSignal): Promise<void> {
    // Documents written before this position are found in the read model; events announce later ones.
    const head = this.work.since ? this.work.since.position : await this.followed.eventLog.head();
    try {
      const { partitions } = this.followed;
      await sideBySide(signal, [
        ...partitions.all.map((part) => (running: AbortSignal) => this.follow(head, part, running)),
        (running) => this.doDue(head, running),
      ]);
    } finally {
      await Promise.all(this.turns.values());
    }
  }

  private async doDue(head: Position | null, signal: AbortSignal): Promise<void> {
    if (head !== null) await this.progress.untilReached(this.work.model, head, signal);
    while (!signal.aborted) {
      const since = this.wakeup.calls;
      if (Math.abs(this.clock.now() - this.readAllAt) >= READ_AGAIN_MS) await this.findPrograms();
      const isTrusted = await this.trustedClock.isTrusted();
      if (isTrusted) this.startTurns();
      if (this.failure) throw this.failure.error;
      await this.wakeup.wait({ since, ms: isTrusted ? this.pause() : LONGEST_WAIT_MS, signal });
    }
  }

  /** Each part on its own: one that is behind delays only its programs. */
  private async follow(after: Position | null, part: Part, signal: AbortSignal): Promise<void> {
    const { model, startedBy } = this.work;
    const { eventLog, readModels, checkpoints } = this.followed;
    for await (const { events, position } of eventLog.follow({ after, categories: model.categories, part, signal })) {
      const started = events.filter(({ type }) => startedBy.includes(type));
      const keys = new Map(touchedBy(model, started).map((key) => [keyText(key), key]));
      if (keys.size === 0) continue;
      await untilReached(checkpoints, part.nameOf(model.name), position, signal);
      for (const write of await readModels.versions(model, [...keys.values()]))
        if (!isDeleted(write)) this.program(write.document.programId).announce(write.document);
      this.wakeup.wake();
    }
  }

  private async findPrograms(): Promise<void> {
    const { model, index } = this.work;
    this.readAllAt = this.clock.now();
    for (let above = ''; ;) {
      const page = { programId: null, index, equals: {}, range: { above }, order: 'asc', limit: 1 } as const;
      const { documents } = await this.followed.readModels.page(model, page);
      const [row] = documents;
      if (!row) return;
      above = row.programId;
      this.program(above).readSince(this.work.since?.time ?? null);
    }
  }

  private program(programId: string): ProgramSchedule<Row> {
    const known = this.programs.get(programId);
    if (known) return known;
    const program = new ProgramSchedule(programId, this.work, this.onFailure, this.followed.readModels, this.clock);
    this.programs.set(programId, program);
    return program;
  }

  private startTurns(): void {
    const now = this.clock.now();
    for (const [programId, program] of [...this.programs]) {
      if (this.turns.size >= PROGRAMS_AT_ONCE) return;
      if (this.turns.has(programId)) continue;
      if (program.isIdle) this.programs.delete(programId);
      if (program.nextAt > now) continue;
      this.programs.delete(programId);
      this.programs.set(programId, program);
      const turn = program
        .turn()
        .catch(this.fail)
        .finally(() => {
          this.turns.delete(programId);
          this.wakeup.wake();
        });
      this.turns.set(programId, turn);
    }
  }

  /** How long nothing changes without a new event, in ms. */
  private pause(): number {
    const now = this.clock.now();
    if (this.turns.size >= PROGRAMS_AT_ONCE) return LONGEST_WAIT_MS;
    let pause = LONGEST_WAIT_MS;
    for (const [programId, { nextAt }] of this.programs)
      if (!this.turns.has(programId)) pause = Math.min(pause, nextAt - now);
    return Math.max(0, pause);
  }

  private readonly fail = (error: unknown): void => {
    this.failure = { error };
    this.wakeup.wake();
  };
}
