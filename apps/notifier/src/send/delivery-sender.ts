import { Injectable } from '@nestjs/common';
import { ConsentReader, Lookups, sendGate, type CreatedProgram, type DeliveryIntent } from '@app/application';
import { Clock, TrustedClock } from '@app/eventing';
import { claimIdOf, DeliveryNotDue, type Delivery, type DeliveryRequested } from '@app/domain/delivery';
import type { DeliveryRow } from '@app/read-models';
import { Attempts, type Attempt, type Sent } from './attempts.js';
import { DeliveryWriter } from './delivery-writer.js';
import { SourceMissing } from './message-content.js';
import { ProviderCalls } from './provider-calls.js';

type Request = DeliveryRequested['data'];
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

  /** Does nothing while the clock is wrong. */
  async send({ id, programId }: DeliveryRow, signal: AbortSignal): Promise<Sent> {
    // This memory may be out of date. Then the claim is refused, and the provider is not called.
    const delivery = await this.lookups.knownDelivery(programId, id);
    if (delivery.status !== 'requested' || !(await this.trustedClock.isTrusted())) return nothing;
    const { request } = delivery;
    const now = this.clock.now();
    if (Date.parse(request.expiresAt) <= now)
      return this.write(programId, id, { type: 'ExpireDelivery', data: { at: new Date(now).toISOString() } });
    try {
      return await this.sendUnlessRefused(programId, delivery, signal);
    } catch (error) {
      if (error instanceof DeliveryNotDue) return nothing; // another process was first
      throw error;
    }
  }

  private async sendUnlessRefused(
    programId: string,
    delivery: Exclude<Delivery, { status: 'none' }>,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { request } = delivery;
    const claimId = claimIdOf(request.deliveryId, delivery.claims + 1);
    const program = await this.lookups.program(programId);
    const prepared = await this.calls.prepare(program, delivery, claimId).catch(missing);
    if ('notBefore' in prepared)
      return this.write(programId, request.deliveryId, { type: 'PostponeDelivery', data: prepared });
    if ('rule' in prepared)
      return this.write(programId, request.deliveryId, {
        type: 'WithholdDelivery',
        data: { rule: prepared.rule, refusedSenderId: null, consents: [] },
      });
    const gate = await this.gate(program, request);
    if ('refusal' in gate) return this.write(programId, request.deliveryId, gate.refusal);
    return this.attempts.make({ programId, request, claimId, ...prepared, ...gate }, signal);
  }

  private async gate(
    program: CreatedProgram,
    { consentOf, lane }: Request,
  ): Promise<Pick<Attempt, 'consent'> | { readonly refusal: DeliveryIntent }> {
    if (consentOf === null) return { consent: null };
    const read = await this.consents.readFor(program, consentOf);
    const refusal = sendGate(lane === 'opt-in-request' ? 'opt-in-request' : 'person', read, program.policies);
    if (refusal !== null)
      return { refusal: { type: 'WithholdDelivery', data: { ...refusal, consents: read.revisions } } };
    return { consent: { read, again: () => this.consents.read(program.programId, consentOf) } };
  }

  private async write(programId: string, id: string, intent: DeliveryIntent): Promise<Sent> {
    return { position: await this.writer.write({ programId, id }, intent), isHeld: false };
  }
}

/** No retry would mend this; staff sees that it was withheld. */
function missing(error: unknown): { readonly rule: string } {
  if (error instanceof SourceMissing) return { rule: error.name };
  throw error;
}
