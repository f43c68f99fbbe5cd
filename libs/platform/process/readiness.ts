import { Injectable } from '@nestjs/common';
import { DomainError } from '@app/kernel';

/** Says why a process cannot do its work now, in plain words; `null` when it can. */
export type ReadinessCheck = () => Promise<string | null>;

/** What must hold, besides that the engines answer, before the process says that it is ready. */
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
