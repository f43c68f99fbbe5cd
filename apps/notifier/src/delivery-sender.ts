import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ConsentReader, HandleDelivery, Lookups, isSameReading, sendGate, type DeliveryWish, type ReadConsents } from '@app/application';
import { Clock, EmailGateway, sleep, SmsGateway, type SendOutcome } from '@app/eventing';
import { DomainError, type Position } from '@app/kernel';
import { claimIdOf, claimNumberOf, DeliveryNotDue, type DeliveryRequested } from '@app/domain/delivery';
import { Configuration, PublicAddress } from '@app/platform';
import type { DeliveryRow } from '@app/read-models';
import { EmailComposer } from './email-composer.js';
import { MessageContents, SourceMissing } from './message-content.js';
import { notifierContext } from './notifier-context.js';

type Request = DeliveryRequested['data'];
type Call = () => Promise<SendOutcome>;
/** A call that is ready to be made once the claim of this id is won. */
type Attempt = { readonly claimId: string; readonly call: Call; readonly signal: AbortSignal };

const LONGEST_BACK_OFF_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sends one delivery: claim, gate, provider, outcome, each an append. The worker that wins the claim calls, and no other
 * does. Only a process that dies between the claim and the outcome leaves a claim whose outcome nobody knows.
 */
@Injectable()
export class DeliverySender {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly consents: ConsentReader,
    private readonly contents: MessageContents,
    private readonly composer: EmailComposer,
    private readonly sms: SmsGateway,
    private readonly email: EmailGateway,
    private readonly address: PublicAddress,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  /** @returns the position of the last thing that was written, if any */
  async send({ id, programId }: DeliveryRow, signal: AbortSignal): Promise<Position | null> {
    const delivery = await this.lookups.delivery(programId, id);
    if (delivery.status !== 'requested') return null;
    const { request } = delivery;
    const now = this.clock.now();
    if (Date.parse(request.expiresAt) <= now) return this.record(programId, id, { type: 'ExpireDelivery', data: { at: iso(now) } });
    try {
      const claimId = claimIdOf(id, delivery.claims + 1);
      const attempt = { claimId, call: await this.prepare(programId, request, claimId), signal };
      return request.consentOf === null ? await this.claimAndCall(programId, request, null, attempt) : await this.withConsent(programId, request, request.consentOf, attempt);
    } catch (error) {
      if (error instanceof DeliveryNotDue) return null; // another worker won the claim
      // A defect that trying again does not mend; the staff sees it.
      if (error instanceof SourceMissing) return this.record(programId, id, { type: 'WithholdDelivery', data: { rule: error.name, refusedSenderId: null, consents: [] } });
      throw error;
    }
  }

  private async withConsent(programId: string, request: Request, consentOf: NonNullable<Request['consentOf']>, attempt: Attempt): Promise<Position | null> {
    const { policies } = await this.lookups.program(programId);
    const lane = request.lane === 'opt-in-request' ? 'opt-in-request' : 'person';
    const read = await this.consents.read(programId, consentOf);
    const refusal = sendGate(lane, read, policies);
    if (refusal !== null) return this.record(programId, request.deliveryId, { type: 'WithholdDelivery', data: { ...refusal, consents: read.revisions } });
    return this.claimAndCall(programId, request, { read, again: () => this.consents.read(programId, consentOf) }, attempt);
  }

  private async claimAndCall(
    programId: string,
    { deliveryId }: Request,
    consent: { read: ReadConsents; again: () => Promise<ReadConsents> } | null,
    { claimId, call, signal }: Attempt,
  ): Promise<Position | null> {
    const claimedAt = this.clock.now();
    const write = (command: DeliveryWish): Promise<Position | null> => this.untilWritten(programId, deliveryId, command, signal);
    const release = (cause: string): Promise<Position | null> => write({ type: 'ReleaseDelivery', data: { claimId, cause, notBefore: iso(claimedAt) } });
    await write({ type: 'ClaimDelivery', data: { claimId, claimedAt: iso(claimedAt), consents: consent?.read.revisions ?? [] } });
    try {
      // The last step before the provider: consent must still be what the claim says it was.
      if (consent && !isSameReading(await consent.again(), consent.read)) return await release('consent changed');
    } catch (error) {
      // The provider was not called, and nobody else knows that.
      await release('not called');
      throw error;
    }
    // After a long pause since the claim, the reconciler may have given it up and somebody may have sent it again.
    if (this.clock.now() - claimedAt > this.configuration.CLAIM_TIMEOUT_MS - this.configuration.TWILIO_TIMEOUT_MS) return release('too late');
    return write(this.outcomeCommand(claimId, await call()));
  }

  private async prepare(programId: string, request: Request, claimId: string): Promise<Call> {
    if (request.channel === 'email') {
      const email = await this.composer.compose(programId, request, await this.contents.message(request));
      return email ? () => this.email.send(email) : () => Promise.resolve({ kind: 'refused', code: 'NoAddress', reason: 'The recipient has no email address' });
    }
    const { sms, account } = await this.contents.text(programId, request);
    const statusCallback = `${await this.address.url}/webhooks/twilio/${programId}/status/${claimId}`;
    return () => this.sms.send(account, { ...sms, statusCallback });
  }

  private outcomeCommand(claimId: string, outcome: SendOutcome): DeliveryWish {
    switch (outcome.kind) {
      case 'accepted':
        return { type: 'AcceptDelivery', data: { claimId, providerId: outcome.providerId } };
      case 'refused':
        return { type: 'RefuseDelivery', data: { claimId, code: outcome.code, reason: outcome.reason } };
      case 'uncertain':
        return { type: 'DoubtDelivery', data: { claimId, cause: outcome.cause } };
      case 'back-off': {
        const pause = Math.min(outcome.retryAfterMs * 2 ** Math.min(claimNumberOf(claimId) - 1, 10), LONGEST_BACK_OFF_MS);
        return { type: 'ReleaseDelivery', data: { claimId, cause: outcome.code, notBefore: iso(this.clock.now() + pause) } };
      }
    }
  }

  /**
   * Writes what only this process knows: whether the claim is its own, that the provider was not called, or what it
   * answered. An engine that is away is waited for, and the command is repeated unchanged, since its answer may be lost.
   */
  private async untilWritten(programId: string, deliveryId: string, command: DeliveryWish, signal: AbortSignal): Promise<Position | null> {
    const handle = new HandleDelivery(deliveryId, command, notifierContext(programId));
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return (await this.commands.execute(handle)).position;
      } catch (error) {
        if (error instanceof DomainError || signal.aborted) throw error;
        await sleep(pause, signal);
      }
    }
  }

  private async record(programId: string, deliveryId: string, command: DeliveryWish): Promise<Position | null> {
    return (await this.commands.execute(new HandleDelivery(deliveryId, command, notifierContext(programId)))).position;
  }
}

const iso = (time: number): string => new Date(time).toISOString();
