import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { ConsentReader, isSameReading, Lookups, sendGate, type DeliveryIntent } from '@app/application';
import { Clock, TrustedClock } from '@app/eventing';
import { claimIdOf, DeliveryNotDue, type DeliveryRequested, type DeliveryWithheld } from '@app/domain/delivery';
import type { DeliveryRow } from '@app/read-models';
import { Attempts, type Attempt, type Sent } from './attempts.js';
import { DeliveryWriter } from './delivery-writer.js';
import { SourceMissing } from './message-content.js';
import { ProviderCalls } from './provider-calls.js';

type Claiming = Pick<Attempt, 'programId' | 'request' | 'claimId'>;
type Prepared = Omit<Attempt, keyof Claiming> | { readonly refusal: DeliveryIntent };
const nothing: Sent = { position: null, isHeld: false };

/** Sends one delivery, unless it has expired, its content is gone, or the send gate refuses it. */
@Injectable()
export class DeliverySender {
  constructor(
    private readonly lookups: Lookups,
    private readonly consents: ConsentReader,
    private readonly calls: ProviderCalls,
    private readonly attempts: Attempts,
    private readonly writer: DeliveryWriter,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  /** Does nothing when it is not due, or while the clock is wrong. */
  async send({ id, programId }: DeliveryRow, signal: AbortSignal): Promise<Sent> {
    // This memory may be out of date. Then the claim is refused, and the provider is not called.
    const delivery = await this.lookups.knownDelivery(programId, id);
    if (delivery.status !== 'requested' || !(await this.trustedClock.isTrusted())) return nothing;
    const { request } = delivery;
    const now = this.clock.now();
    if (Date.parse(request.notBefore) > now) return nothing;
    if (Date.parse(request.expiresAt) <= now)
      return this.write(programId, id, { type: 'ExpireDelivery', data: { at: new Date(now).toISOString() } });
    try {
      return await this.sendUnlessRefused(programId, request, claimIdOf(id, delivery.claims + 1), signal);
    } catch (error) {
      if (error instanceof DeliveryNotDue) return nothing; // another process was first
      throw error;
    }
  }

  private async sendUnlessRefused(
    programId: string,
    request: DeliveryRequested['data'],
    claimId: string,
    signal: AbortSignal,
  ): Promise<Sent> {
    let prepared = await this.prepare('known', { programId, request, claimId });
    if ('refusal' in prepared) prepared = await this.prepare('current', { programId, request, claimId });
    if ('refusal' in prepared) return this.write(programId, request.deliveryId, prepared.refusal);
    return this.attempts.make({ programId, request, claimId, ...prepared }, signal);
  }

  /**
   * For the claim of a text it is enough what this process knows, since program and consents are read again after it.
   * A refusal needs the current ones, and so does an email, which needs no consent.
   */
  private async prepare(which: 'known' | 'current', { programId, request, claimId }: Claiming): Promise<Prepared> {
    const { consentOf } = request;
    const isKnown = which === 'known' && consentOf !== null;
    const program = await (isKnown ? this.lookups.knownProgram(programId) : this.lookups.program(programId));
    const call = await this.calls.prepare(program, request, claimId).catch(missing);
    // No retry would mend this; staff sees that it was withheld.
    if (call instanceof SourceMissing) return withheld({ rule: call.name, refusedSenderId: null, consents: [] });
    if (consentOf === null) return { ...call, consent: null };
    const read = await (isKnown
      ? this.consents.knownFor(program, consentOf)
      : this.consents.readFor(program, consentOf));
    const lane = request.lane === 'opt-in-request' ? 'opt-in-request' : 'person';
    const refusal = sendGate(lane, read, program.policies);
    if (refusal !== null) return withheld({ ...refusal, consents: read.revisions });
    const whyNot = async (): Promise<string | null> => {
      const now = await this.lookups.program(programId);
      if (!isDeepStrictEqual(now, program)) return 'program changed';
      return isSameReading(await this.consents.readFor(now, consentOf), read) ? null : 'consent changed';
    };
    return { ...call, consent: { revisions: read.revisions, whyNot } };
  }

  private async write(programId: string, id: string, intent: DeliveryIntent): Promise<Sent> {
    return { position: await this.writer.write({ programId, id }, intent), isHeld: false };
  }
}

const withheld = (data: DeliveryWithheld['data']): Prepared => ({ refusal: { type: 'WithholdDelivery', data } });

function missing(error: unknown): SourceMissing {
  if (error instanceof SourceMissing) return error;
  throw error;
}
