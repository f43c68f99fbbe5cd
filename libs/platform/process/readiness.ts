import { Injectable } from '@nestjs/common';
import { DomainError } from '@app/kernel';

/** Returns why a process cannot do its work now, in plain words; `null` when it can. */
export type ReadinessCheck = () => Promise<string | null>;

/** Conditions for readiness, besides responding engines. */
@Injectable()
export class Readiness {
  private readonly checks: ReadinessCheck[] = [];

  require(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** @throws NotReady */
  async check(): Promise<void> {
    const reasons = (await Promise.all(this.checks.map((check) => check()))).filter((reason) => reason !== null);
    if (reasons.length > 0) throw new NotReady(reasons.join('. '));
  }
}

export class NotReady extends DomainError {
  readonly code = 'NotReady';
  override readonly kind = 'unavailable';
}
