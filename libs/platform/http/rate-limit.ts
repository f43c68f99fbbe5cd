import { LRUCache } from 'lru-cache';
import { DomainError } from '@app/kernel';

const WINDOW_SECONDS = 60;
const KEYS_IN_MEMORY = 20_000;

/** The rest of a key's quota. */
export type Usage = {
  readonly policy: string;
  readonly quota: number;
  readonly remaining: number;
  readonly resetsInSeconds: number;
  readonly isExceeded: boolean;
};

/**
 * A quota per key and minute, counted in this process. The window of a key begins with its first use. Memory is
 * bounded: the keys used longest ago are forgotten first.
 */
export class RateLimit {
  private readonly used = new LRUCache<string, { readonly endsAt: number; amount: number }>({ max: KEYS_IN_MEMORY });

  constructor(
    /** Its name in the headers. */
    readonly policy: string,
    readonly quota: number,
  ) {}

  take(key: string, amount = 1): Usage {
    // A monotonic clock, since the time of day may be set back; whole milliseconds, so that sums and differences are
    // exact.
    const now = Math.round(performance.now());
    const known = this.used.get(key);
    const used = known && known.endsAt > now ? known : { endsAt: now + WINDOW_SECONDS * 1_000, amount: 0 };
    used.amount += amount;
    this.used.set(key, used);
    const resetsInSeconds = Math.max(1, Math.ceil((used.endsAt - now) / 1_000));
    return {
      policy: this.policy,
      quota: this.quota,
      remaining: Math.max(0, this.quota - used.amount),
      resetsInSeconds,
      isExceeded: used.amount > this.quota,
    };
  }
}

/** The usage as the fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers). */
export const rateLimitHeaders = (usages: readonly Usage[]): Readonly<Record<string, string>> => ({
  'ratelimit-policy': usages.map(({ policy, quota }) => `"${policy}";q=${quota};w=${WINDOW_SECONDS}`).join(', '),
  ratelimit: usages
    .map(({ policy, remaining, resetsInSeconds }) => `"${policy}";r=${remaining};t=${resetsInSeconds}`)
    .join(', '),
});

/** A quota is used up; `Retry-After` says for how long. */
export class TooManyRequests extends DomainError {
  readonly code = 'TooManyRequests';
  override readonly kind = 'too-many';
  constructor(readonly usage: Usage) {
    super(
      `More than ${usage.quota} per minute (${usage.policy}); wait ${usage.resetsInSeconds} seconds, then retry with the same Idempotency-Key`,
    );
  }
}
