/** The outcome of messages to a destination. */
export type Outcome = {
  /** E.164; absent: any destination that has no outcome of its own. */
  readonly to?: string;
  /** `sent` is a carrier that never reports the delivery. */
  readonly status: 'delivered' | 'sent' | 'undelivered' | 'failed';
  /** Default 30003 for undelivered and 30008 for failed; without meaning for the others. */
  readonly errorCode?: number;
  /** Only for this many messages; absent: until changed. */
  readonly times?: number;
};

/** How deliveries end; without a configured outcome they succeed. */
export class Outcomes {
  private outcomes: Outcome[] = [];

  set(outcome: Outcome): void {
    if (outcome.times === undefined) {
      this.outcomes = this.outcomes.filter((known) => known.times !== undefined || known.to !== outcome.to);
    }
    this.outcomes.push(outcome);
  }

  /** The outcome of the next message to this destination. */
  take(to: string): Outcome {
    const found = this.next(to) ?? this.next(undefined);
    if (found?.times !== undefined) {
      this.outcomes = this.outcomes.flatMap((outcome) => (outcome === found ? countDown(outcome) : [outcome]));
    }
    return found ?? { status: 'delivered' };
  }

  clear(): void {
    this.outcomes = [];
  }

  private next(to: string | undefined): Outcome | undefined {
    const own = this.outcomes.filter((outcome) => outcome.to === to);
    return own.find((outcome) => outcome.times !== undefined) ?? own[0];
  }
}

function countDown(outcome: Outcome): Outcome[] {
  const left = (outcome.times ?? 1) - 1;
  return left > 0 ? [{ ...outcome, times: left }] : [];
}
