import type { Message } from './message.js';

/**
 * Faults of a create. `before`: the message is not accepted; `after`: it is accepted and will be sent, but the caller
 * is not told. A `slow` create is accepted and answered late.
 */
export const FAULTS = [
  'timeout-before',
  'timeout-after',
  'reset-before',
  'reset-after',
  '429',
  '500-before',
  '500-after',
  'slow',
] as const;

export type Fault = (typeof FAULTS)[number];

export type CallbackFaults = {
  /** Extra copies of every callback; a fraction is the probability of one more. */
  readonly duplicate?: number;
  /** A message's callbacks wait for its last status and are posted in any order. */
  readonly shuffle?: boolean;
  /** Every callback is posted and answered before the create is answered. */
  readonly early?: boolean;
  /** Waits this long before each post. */
  readonly delayMs?: number;
  /** Holds callbacks until they are released. */
  readonly hold?: boolean;
  /** Never posts a callback. */
  readonly drop?: boolean;
};

/** Given values replace the former ones; absent ones stay. */
export type FaultSettings = {
  /** Used by the next creates in order; null is a create without a fault, regardless of the rates. */
  readonly next?: readonly (Fault | null)[];
  /** The probability of each fault, from 0 to 1. */
  readonly rates?: Readonly<Partial<Record<Fault, number>>>;
  /** Restarts the random sequence, so that a run can be repeated. */
  readonly seed?: number;
  readonly callbacks?: CallbackFaults;
  /** A message appears in lists up to this much later than it was created; its sid decides how much. */
  readonly listLagMs?: number;
};

/** Decides which fault applies to which request; the same seed gives the same decisions. */
export class FaultPlan {
  callbacks: CallbackFaults = {};
  private listLagMs = 0;
  private next: (Fault | null)[] = [];
  private rates: FaultSettings['rates'] = {};
  // Two sequences, because callbacks draw at their own times: the creates of a run must get the same faults again.
  private createChance = seededRandom(1);
  private callbackChance = seededRandom(2);

  constructor(settings: FaultSettings = {}) {
    this.set(settings);
  }

  set(settings: FaultSettings): void {
    if (settings.next) this.next = [...settings.next];
    if (settings.rates) this.rates = { ...settings.rates };
    if (settings.seed !== undefined) {
      this.createChance = seededRandom(settings.seed);
      this.callbackChance = seededRandom(settings.seed + 1);
    }
    if (settings.callbacks) this.callbacks = { ...settings.callbacks };
    if (settings.listLagMs !== undefined) this.listLagMs = settings.listLagMs;
  }

  /** The fault of the next create. */
  take(): Fault | null {
    const queued = this.next.shift();
    if (queued !== undefined) return queued;
    let draw = this.createChance();
    for (const fault of FAULTS) {
      draw -= this.rates?.[fault] ?? 0;
      if (draw < 0) return fault;
    }
    return null;
  }

  /**
   * Whether lists show the message by now. The last four digits of the sid are its share of the lag: `0000` none,
   * `ffff` all.
   */
  isListed({ sid, createdAt }: Pick<Message, 'sid' | 'createdAt'>): boolean {
    return createdAt.getTime() + (this.listLagMs * Number.parseInt(sid.slice(-4), 16)) / 0xffff <= Date.now();
  }

  /** How often the next callback is posted. */
  copies(): number {
    const extra = this.callbacks.duplicate ?? 0;
    return 1 + Math.floor(extra) + (this.callbackChance() < extra % 1 ? 1 : 0);
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, at: this.callbackChance() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}

/** mulberry32: small, and good enough to distribute faults. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
