import type { Clock } from '../ports/clock.js';
import type { Bounds, EngineClock } from '../ports/engine-clock.js';
import { EngineUnavailable } from '../ports/engine-unavailable.js';

/** The largest allowed difference between a process and its engines. */
const MAY_DIFFER_BY_MS = 5_000;
const LOOK_EVERY_MS = 10_000;
/** When this machine's clock moves by more than this against the monotonic one, it was set, or the machine slept. */
const WAS_SET_BY_MS = 1_000;

/**
 * Whether this process may act on the time. While its clock differs from an engine's by more than five seconds, nothing
 * that depends on a time is sent: senders check here first. An engine that does not respond, or too slowly for a
 * result, does not change the previous result; an engine whose clock is unknown counts as right.
 */
export class TrustedClock {
  private readonly known = new Map<EngineClock, Bounds>();
  /** Engines whose clock differs. */
  private readonly differing = new Set<EngineClock>();
  private lookedAt = -Infinity;
  private atZeroThen = 0;
  private looking: Promise<void> | null = null;
  private isReported = false;

  /** @param report called when the clock becomes wrong (with the reason) and when it is right again (`null`) */
  constructor(
    private readonly clock: Clock,
    private readonly engines: readonly EngineClock[],
    private readonly report: (reason: string | null) => void = () => undefined,
  ) {}

  async isTrusted(): Promise<boolean> {
    return (await this.whyNot()) === null;
  }

  /** Why the clock is not trusted; `null` when it is. */
  async whyNot(): Promise<string | null> {
    // A check that started earlier may have missed what the caller has just done, such as an append.
    if (this.looking) await this.looking;
    if (this.isOld || this.known.size < this.engines.length)
      await (this.looking ??= this.look().finally(() => (this.looking = null)));
    const reason = this.judge();
    if ((reason !== null) !== this.isReported) this.report(reason);
    this.isReported = reason !== null;
    return reason;
  }

  private get isOld(): boolean {
    return (
      performance.now() - this.lookedAt >= LOOK_EVERY_MS || Math.abs(this.atZero() - this.atZeroThen) > WAS_SET_BY_MS
    );
  }

  private async look(): Promise<void> {
    if (!this.isOld) return this.ask(this.engines.filter((engine) => !this.known.has(engine)));
    this.atZeroThen = this.atZero();
    await this.ask(this.engines);
    this.lookedAt = performance.now();
  }

  private async ask(engines: readonly EngineClock[]): Promise<void> {
    await Promise.all(engines.map((engine) => this.learn(engine)));
  }

  private async learn(engine: EngineClock): Promise<void> {
    try {
      const bounds = await engine.atZero();
      if (bounds) this.known.set(engine, bounds);
      else this.forget(engine);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }

  private forget(engine: EngineClock): void {
    this.known.delete(engine);
    this.differing.delete(engine);
  }

  private judge(): string | null {
    const atZero = this.atZero();
    let reason: string | null = null;
    for (const [engine, { least, most }] of this.known) {
      const ahead = { least: atZero - most, most: atZero - least };
      if (ahead.least > MAY_DIFFER_BY_MS || ahead.most < -MAY_DIFFER_BY_MS) this.differing.add(engine);
      else if (ahead.least >= -MAY_DIFFER_BY_MS && ahead.most <= MAY_DIFFER_BY_MS) this.differing.delete(engine);
      if (this.differing.has(engine)) reason ??= reasonFor(engine, (ahead.least + ahead.most) / 2);
    }
    return reason;
  }

  /** The reading of this machine's clock when the monotonic one was zero. */
  private atZero(): number {
    return this.clock.now() - performance.now();
  }
}

const reasonFor = ({ engine }: EngineClock, ahead: number): string =>
  `The clock of this machine is ${Math.round(Math.abs(ahead))} ms ${ahead > 0 ? 'ahead of' : 'behind'} that of ${engine}; nothing is sent until they agree within ${MAY_DIFFER_BY_MS} ms`;
