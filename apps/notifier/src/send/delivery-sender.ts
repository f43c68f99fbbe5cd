import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ConsentReader,
  HandleDelivery,
  Lookups,
  isSameReading,
  sendGate,
  type CreatedProgram,
  type DeliveryIntent,
  type ReadConsents,
} from '@app/application';
import { Clock, EventUnreadable, sleep, TrustedClock } from '@app/eventing';
import { EmailGateway, SmsGateway, type SendOutcome } from '@app/gateways';
import { DomainError, type Position } from '@app/kernel';
import { claimIdOf, claimNumberOf, DeliveryNotDue, type DeliveryRequested } from '@app/domain/delivery';
import type { Road } from '@app/domain/hold';
import { Configuration, PublicAddress } from '@app/platform';
import type { DeliveryRow } from '@app/read-models';
import { EmailComposer } from './email-composer.js';
import { Holds } from './holds.js';
import { MessageContents, SourceMissing } from './message-content.js';
import { notifierContext } from '../notifier-context.js';

type Request = DeliveryRequested['data'];
type Call = () => Promise<SendOutcome>;
/** A call that is ready to be made once the claim of this id is won. */
type Attempt = { readonly claimId: string; readonly call: Call; readonly road: Road; readonly signal: AbortSignal };
/** What came of it: the position of the last thing that was written, if any, and whether it waits for a hold. */
export type Sent = { readonly position: Position | null; readonly isHeld: boolean };

const LONGEST_BACK_OFF_MS = 60 * 60_000;
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
    private readonly holds: Holds,
    private readonly address: PublicAddress,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly trustedClock: TrustedClock,
  ) {}

  /** Does nothing while the clock is wrong. */
  async send({ id, programId }: DeliveryRow, signal: AbortSignal): Promise<Sent> {
    // What is remembered may be out of date. Then the claim is refused, and the provider was not called.
    const delivery = await this.lookups.knownDelivery(programId, id);
    if (delivery.status !== 'requested' || !(await this.trustedClock.isTrusted()))
      return { position: null, isHeld: false };
    const { request } = delivery;
    const now = this.clock.now();
    if (Date.parse(request.expiresAt) <= now)
      return this.record(programId, id, { type: 'ExpireDelivery', data: { at: iso(now) } });
    try {
      const claimId = claimIdOf(id, delivery.claims + 1);
      const program = await this.lookups.program(programId);
      const prepared = await this.prepare(program, request, claimId).catch(missing);
      // A defect that trying again does not mend; the staff sees it.
      if (prepared instanceof SourceMissing)
        return await this.record(programId, id, {
          type: 'WithholdDelivery',
          data: { rule: prepared.name, refusedSenderId: null, consents: [] },
        });
      const attempt = { claimId, ...prepared, signal };
      return request.consentOf === null
        ? await this.claimAndCall(programId, request, null, attempt)
        : await this.withConsent(program, request, request.consentOf, attempt);
    } catch (error) {
      if (error instanceof DeliveryNotDue) return { position: null, isHeld: false }; // another worker has come first
      throw error;
    }
  }

  private async withConsent(
    program: CreatedProgram,
    request: Request,
    consentOf: NonNullable<Request['consentOf']>,
    attempt: Attempt,
  ): Promise<Sent> {
    const { programId } = program;
    const lane = request.lane === 'opt-in-request' ? 'opt-in-request' : 'person';
    const read = await this.consents.readFor(program, consentOf);
    const refusal = sendGate(lane, read, program.policies);
    if (refusal !== null)
      return this.record(programId, request.deliveryId, {
        type: 'WithholdDelivery',
        data: { ...refusal, consents: read.revisions },
      });
    return this.claimAndCall(
      programId,
      request,
      { read, again: () => this.consents.read(programId, consentOf) },
      attempt,
    );
  }

  private async claimAndCall(
    programId: string,
    { deliveryId, notBefore }: Request,
    consent: { read: ReadConsents; again: () => Promise<ReadConsents> } | null,
    { claimId, call, road, signal }: Attempt,
  ): Promise<Sent> {
    if (!(await this.trustedClock.isTrusted())) return { position: null, isHeld: false };
    const passage = await this.holds.passage(programId, road);
    if (passage === null) return { position: null, isHeld: true };
    const claimedAt = this.clock.now();
    const write = (command: DeliveryIntent): Promise<Sent> => this.untilWritten(programId, deliveryId, command, signal);
    const release = (cause: string): Promise<Sent> =>
      write({ type: 'ReleaseDelivery', data: { claimId, cause, notBefore } });
    await write({
      type: 'ClaimDelivery',
      data: { claimId, claimedAt: iso(claimedAt), consents: consent?.read.revisions ?? [] },
    });
    try {
      // The claim may have shown what an engine's clock says. Then the time in the claim is a wrong one.
      if (!(await this.trustedClock.isTrusted())) return await release('clock differs');
      // The last step before the provider: consent must still be what the claim says it was.
      if (consent && !isSameReading(await consent.again(), consent.read)) return await release('consent changed');
    } catch (error) {
      // The provider was not called, and nobody else knows that.
      await release('not called');
      throw error;
    }
    // After a long pause since the claim, the reconciler may have given it up and somebody may have sent it again.
    if (this.clock.now() - claimedAt > this.configuration.CLAIM_TIMEOUT_MS - this.configuration.TWILIO_TIMEOUT_MS)
      return release('too late');
    const outcome = await call();
    const sent = await write(this.outcomeCommand(claimId, claimedAt, road, outcome));
    await this.holds.note(programId, road, outcome, passage);
    return { ...sent, isHeld: Holds.reachOf(road, outcome) !== null };
  }

  private async prepare(
    program: CreatedProgram,
    request: Request,
    claimId: string,
  ): Promise<{ call: Call; road: Road }> {
    if (request.channel === 'email') {
      const email = await this.composer.compose(program, request, await this.contents.message(request));
      const call: Call = email
        ? () => this.email.send(email)
        : () => Promise.resolve({ kind: 'refused', code: 'NoAddress', reason: 'The recipient has no email address' });
      return { call, road: 'email' };
    }
    const { sms, account, road } = await this.contents.text(program, request);
    const statusCallback = `${await this.address.url}/webhooks/twilio/${program.programId}/status/${claimId}`;
    return { call: () => this.sms.send(account, { ...sms, statusCallback }), road };
  }

  private outcomeCommand(claimId: string, claimedAt: number, road: Road, outcome: SendOutcome): DeliveryIntent {
    const release = (cause: string, notBefore: number): DeliveryIntent => ({
      type: 'ReleaseDelivery',
      data: { claimId, cause, notBefore: iso(notBefore) },
    });
    // What waits for a hold is due: it goes when the hold is over, which may be sooner than the next try.
    const held = Holds.reachOf(road, outcome);
    if (held) return release(held.code, claimedAt);
    switch (outcome.kind) {
      case 'accepted':
        return { type: 'AcceptDelivery', data: { claimId, providerMessageId: outcome.providerMessageId } };
      case 'refused':
        return { type: 'RejectDelivery', data: { claimId, code: outcome.code, reason: outcome.reason } };
      case 'uncertain':
        return { type: 'DoubtDelivery', data: { claimId, cause: outcome.cause } };
      case 'back-off': {
        const pause = Math.min(
          outcome.retryAfterMs * 2 ** Math.min(claimNumberOf(claimId) - 1, 20),
          LONGEST_BACK_OFF_MS,
        );
        return release(outcome.code, this.clock.now() + Math.round(pause * (0.8 + 0.2 * Math.random())));
      }
    }
  }

  /**
   * Writes what only this process knows: whether the claim is its own, that the provider was not called, or what it
   * answered. An engine that is away is waited for, and the command is repeated unchanged, since its answer may be lost.
   */
  private async untilWritten(
    programId: string,
    deliveryId: string,
    command: DeliveryIntent,
    signal: AbortSignal,
  ): Promise<Sent> {
    const handle = new HandleDelivery(deliveryId, command, notifierContext(programId));
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return { position: (await this.commands.execute(handle)).position, isHeld: false };
      } catch (error) {
        // What cannot be opened stays so for long; the reconciler finds the claim when it is mended.
        if (error instanceof DomainError || error instanceof EventUnreadable || signal.aborted) throw error;
        await sleep(pause, signal);
      }
    }
  }

  private async record(programId: string, deliveryId: string, command: DeliveryIntent): Promise<Sent> {
    return {
      position: (await this.commands.execute(new HandleDelivery(deliveryId, command, notifierContext(programId))))
        .position,
      isHeld: false,
    };
  }
}

function missing(error: unknown): SourceMissing {
  if (error instanceof SourceMissing) return error;
  throw error;
}

const iso = (time: number): string => new Date(time).toISOString();
