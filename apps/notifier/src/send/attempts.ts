import { Injectable } from '@nestjs/common';
import { isSameReading, type DeliveryIntent, type ReadConsents } from '@app/application';
import { Clock, TrustedClock } from '@app/eventing';
import type { SendOutcome } from '@app/gateways';
import type { Position } from '@app/kernel';
import { claimNumberOf, type DeliveryRequested } from '@app/domain/delivery';
import { Configuration } from '@app/platform';
import { DeliveryWriter } from './delivery-writer.js';
import { Holds } from './holds.js';
import type { ProviderCall } from './prepared.js';

/** One try to send a delivery, under a claim of its own. */
export type Attempt = ProviderCall & {
  readonly programId: string;
  readonly request: DeliveryRequested['data'];
  readonly claimId: string;
  /** What the send gate allowed, and how it is read again; `null` when no consent is needed. */
  readonly consent: { readonly read: ReadConsents; readonly again: () => Promise<ReadConsents> } | null;
};

/** What came of an attempt: the position of the last append, if any, and whether the delivery waits for a hold. */
export type Sent = { readonly position: Position | null; readonly isHeld: boolean };

const LONGEST_BACK_OFF_MS = 60 * 60_000;

/** Claims a delivery, calls the provider and writes the outcome. Only the process that wins the claim calls. */
@Injectable()
export class Attempts {
  constructor(
    private readonly writer: DeliveryWriter,
    private readonly holds: Holds,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  /** Does nothing while the clock is wrong. @throws DeliveryNotDue when another process has claimed it */
  async make(attempt: Attempt, signal: AbortSignal): Promise<Sent> {
    const { programId, request, claimId, road, consent } = attempt;
    if (!(await this.trustedClock.isTrusted())) return { position: null, isHeld: false };
    const passage = await this.holds.passage(programId, road);
    if (passage === null) return { position: null, isHeld: true };
    const claimedAt = this.clock.now();
    const write = (intent: DeliveryIntent): Promise<Position | null> =>
      this.writer.writeAtLast({ programId, id: request.deliveryId }, intent, signal);
    const consents = consent?.read.revisions ?? [];
    await write({ type: 'ClaimDelivery', data: { claimId, claimedAt: iso(claimedAt), consents } });
    const release = (cause: string): Promise<Position | null> =>
      write({ type: 'ReleaseDelivery', data: { claimId, cause, notBefore: request.notBefore } });
    const doubt = await this.whyNotCall(attempt, claimedAt).catch(async (error: unknown) => {
      // No other process knows that the provider was not called.
      await release('not called');
      throw error;
    });
    if (doubt !== null) return { position: await release(doubt), isHeld: false };
    const outcome = await attempt.call();
    const position = await write(this.outcomeIntent(attempt, claimedAt, outcome));
    await this.holds.note(programId, road, outcome, passage);
    return { position, isHeld: Holds.reachOf(road, outcome) !== null };
  }

  /** The last checks before the call; `null` when nothing speaks against it. */
  private async whyNotCall({ consent }: Attempt, claimedAt: number): Promise<string | null> {
    // The append of the claim may have shown an engine's clock, and with it that the time in the claim is wrong.
    if (!(await this.trustedClock.isTrusted())) return 'clock differs';
    // Consent must still be what the claim says it was.
    if (consent && !isSameReading(await consent.again(), consent.read)) return 'consent changed';
    // After a long pause, the reconciler may have given up the claim, and another process may have sent it.
    const { CLAIM_TIMEOUT_MS, TWILIO_TIMEOUT_MS } = this.configuration;
    return this.clock.now() - claimedAt > CLAIM_TIMEOUT_MS - TWILIO_TIMEOUT_MS ? 'too late' : null;
  }

  private outcomeIntent({ claimId, road }: Attempt, claimedAt: number, outcome: SendOutcome): DeliveryIntent {
    const release = (cause: string, notBefore: number): DeliveryIntent => ({
      type: 'ReleaseDelivery',
      data: { claimId, cause, notBefore: iso(notBefore) },
    });
    // A held delivery stays due: the hold may be over before the back-off would be.
    const held = Holds.reachOf(road, outcome);
    if (held) return release(held.code, claimedAt);
    switch (outcome.kind) {
      case 'accepted':
        return { type: 'AcceptDelivery', data: { claimId, providerMessageId: outcome.providerMessageId } };
      case 'refused':
        return { type: 'RejectDelivery', data: { claimId, code: outcome.code, reason: outcome.reason } };
      case 'uncertain':
        return { type: 'DoubtDelivery', data: { claimId, cause: outcome.cause } };
      case 'back-off':
        return release(outcome.code, this.clock.now() + backOff(claimNumberOf(claimId), outcome.retryAfterMs));
    }
  }
}

/** Grows with the number of claims; the jitter spreads deliveries that were released together. */
function backOff(claims: number, retryAfterMs: number): number {
  const pause = Math.min(retryAfterMs * 2 ** Math.min(claims - 1, 20), LONGEST_BACK_OFF_MS);
  return Math.round(pause * (0.8 + 0.2 * Math.random()));
}

const iso = (time: number): string => new Date(time).toISOString();
