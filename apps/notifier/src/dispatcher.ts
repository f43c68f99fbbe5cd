import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ConsentReader, HandleDelivery, Lookups, isSameReading, sendGate, type DeliveryWish, type ReadConsents } from '@app/application';
import { Checkpoints, EmailGateway, Journal, sleep, SmsGateway, type SendOutcome } from '@app/eventing';
import { claimIdOf, claimNumberOf, DeliveryNotDue, type DeliveryEvent, type DeliveryRequested } from '@app/domain/delivery';
import { Configuration, logFailure, PublicAddress } from '@app/platform';
import { deliveriesProjection, DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { EmailComposer } from './email-composer.js';
import { MessageContents, SourceMissing } from './message-content.js';
import { notifierContext } from './notifier-context.js';

type Request = DeliveryRequested['data'];
type Call = () => Promise<SendOutcome>;
/** A call that is ready to be made once the claim of this id is won. */
type Attempt = { readonly claimId: string; readonly call: Call };

/** Longest wait in ms for the read model, and between two looks at what is due. */
const LONGEST_WAIT_MS = 5_000;
const POSTPONED_MS = 10_000;
const CLAIMED_ELSEWHERE_MS = 1_000;
const LONGEST_BACK_OFF_MS = 5 * 60_000;

/**
 * Takes deliveries that are due: claim, gate, provider, outcome, each an append. Whoever wins the claim calls, and
 * nobody else does; what dies between the claim and the outcome is uncertain and never sent again blindly.
 */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger(Dispatcher.name);
  /** Ordering keys that wait, and until when (ms since 1970): only a hint not to look at them again before. */
  private readonly postponed = new Map<string, number>();
  private readonly woken = new Wakeup();
  private owns: (conversationId: string) => boolean = () => false;

  constructor(
    private readonly commands: CommandBus,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly lookups: Lookups,
    private readonly consents: ConsentReader,
    private readonly deliveries: DeliveryQueries,
    private readonly contents: MessageContents,
    private readonly composer: EmailComposer,
    private readonly sms: SmsGateway,
    private readonly email: EmailGateway,
    private readonly address: PublicAddress,
    private readonly configuration: Configuration,
  ) {}

  /** Only what is owned is sent from here: the texts of a conversation go out in order while several processes send. */
  assign(owns: (conversationId: string) => boolean): void {
    this.owns = owns;
    this.woken.wake();
  }

  /** Sends what is due, then waits for the next event or due time, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const following = new AbortController();
    const stop = (): void => following.abort();
    signal.addEventListener('abort', stop);
    const follow = this.wakeOnEvents(following.signal);
    // It may fail before anybody waits for it.
    follow.catch(() => undefined);
    try {
      while (!signal.aborted) {
        const next = this.woken.next();
        const pause = await this.sendWhatIsDue(signal);
        if (signal.aborted) break;
        // A failing subscription ends the run; it is started again from outside.
        await Promise.race([next, sleep(pause, signal), follow]);
      }
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      await follow.catch(() => undefined);
    }
  }

  private async wakeOnEvents(signal: AbortSignal): Promise<void> {
    for await (const { position } of this.journal.follow<DeliveryEvent>({ after: await this.journal.head(), categories: ['delivery'], signal })) {
      await this.checkpoints.waitFor(deliveriesProjection.name, position, LONGEST_WAIT_MS);
      this.woken.wake();
    }
  }

  /** @returns how long to wait, in ms, until the next one is due */
  private async sendWhatIsDue(signal: AbortSignal): Promise<number> {
    while (!signal.aborted) {
      const { due, pause } = await this.nextDue();
      if (due.length === 0) return pause;
      const positions = await Promise.all([...new Map(due.map((row) => [row.orderingKey, row])).values()].map((row) => this.sendInOrder(row, signal)));
      const furthest = positions.reduce((a, b) => (a > b ? a : b), '');
      if (furthest === '') return this.pause(); // somebody else has them, or they wait for what goes out before
      await this.checkpoints.waitFor(deliveriesProjection.name, furthest, LONGEST_WAIT_MS);
    }
    return 0;
  }

  /** The first page with something that is due now; else how long to wait. Those that wait do not hide the others. */
  private async nextDue(): Promise<{ due: DeliveryRow[]; pause: number }> {
    const now = Date.now();
    // Also of those that have nothing to send any more: a time that is over must not shorten the pause.
    for (const [orderingKey, until] of this.postponed) if (until <= now) this.postponed.delete(orderingKey);
    for (let after: string | undefined; ; ) {
      const { documents, next } = await this.deliveries.inState('requested', after);
      const due = documents.filter(({ notBefore, orderingKey, conversationId }) => Date.parse(notBefore) <= now && !this.postponed.has(orderingKey) && this.owns(conversationId));
      const last = documents.at(-1);
      if (due.length > 0 || next === null || (last && Date.parse(last.notBefore) > now)) {
        return { due, pause: this.pause(documents.map(({ notBefore }) => Date.parse(notBefore)).filter((time) => time > now)) };
      }
      after = next;
    }
  }

  /** How long to wait, in ms, until the first of these times or of those that something waits for. */
  private pause(times: readonly number[] = []): number {
    return Math.min(LONGEST_WAIT_MS, ...[...times, ...this.postponed.values()].map((time) => Math.max(0, time - Date.now())));
  }

  /** One after the other: what was given back, or is under way elsewhere, goes out before what was written after it. */
  private async sendInOrder({ orderingKey, conversationId }: DeliveryRow, signal: AbortSignal): Promise<string> {
    let position = '';
    for (const row of await this.deliveries.openOf(orderingKey)) {
      if (signal.aborted || !this.owns(conversationId)) break;
      try {
        if (row.status === 'requested' && Date.parse(row.notBefore) <= Date.now()) position = (await this.send(row)) ?? position;
        const delivery = await this.lookups.delivery(row.programId, row.id);
        if (delivery.status !== 'claimed' && delivery.status !== 'requested') continue;
        this.postponed.set(orderingKey, delivery.status === 'claimed' ? Date.now() + CLAIMED_ELSEWHERE_MS : Date.parse(delivery.request.notBefore));
      } catch (error) {
        // One that fails does not hold up the others; what is behind it waits, and it is tried again.
        logFailure(this.logger, error, row.id);
        this.postponed.set(orderingKey, Date.now() + POSTPONED_MS);
      }
      break;
    }
    return position;
  }

  /** @returns the position of the last thing that was written, if any */
  private async send({ id, programId }: DeliveryRow): Promise<string | null> {
    const delivery = await this.lookups.delivery(programId, id);
    if (delivery.status !== 'requested') return null;
    const { request } = delivery;
    const now = new Date().toISOString();
    if (request.expiresAt <= now) return this.record(programId, id, { type: 'ExpireDelivery', data: { at: now } });
    try {
      const claimId = claimIdOf(id, delivery.claims + 1);
      const attempt = { claimId, call: await this.prepare(programId, request, claimId) };
      return request.consentOf === null ? await this.claimAndCall(programId, request, null, attempt) : await this.withConsent(programId, request, request.consentOf, attempt);
    } catch (error) {
      if (error instanceof DeliveryNotDue) return null; // another worker won the claim
      // A defect that trying again does not mend; the staff sees it.
      if (error instanceof SourceMissing) return this.record(programId, id, { type: 'WithholdDelivery', data: { rule: error.name, refusedSenderId: null, consents: [] } });
      throw error;
    }
  }

  private async withConsent(programId: string, request: Request, consentOf: NonNullable<Request['consentOf']>, attempt: Attempt): Promise<string | null> {
    const { policies } = await this.lookups.program(programId);
    const lane = request.lane === 'opt-in-request' ? 'opt-in-request' : 'person';
    const read = await this.consents.read(programId, consentOf);
    const refusal = sendGate(lane, read, policies);
    if (refusal !== null) return this.record(programId, request.deliveryId, { type: 'WithholdDelivery', data: { ...refusal, consents: read.revisions } });
    return this.claimAndCall(programId, request, { read, again: () => this.consents.read(programId, consentOf) }, attempt);
  }

  private async claimAndCall(programId: string, { deliveryId }: Request, consent: { read: ReadConsents; again: () => Promise<ReadConsents> } | null, { claimId, call }: Attempt): Promise<string | null> {
    const claimedAt = new Date().toISOString();
    await this.execute(programId, deliveryId, { type: 'ClaimDelivery', data: { claimId, claimedAt, consents: consent?.read.revisions ?? [] } });
    // The last step before the provider: consent must still be what the claim says it was.
    if (consent && !isSameReading(await consent.again(), consent.read))
      return this.record(programId, deliveryId, { type: 'ReleaseDelivery', data: { claimId, cause: 'consent changed', notBefore: claimedAt } });
    // Who stood still since the claim may have been given up by the reconciler, and somebody may have sent it again.
    if (Date.now() - Date.parse(claimedAt) > this.configuration.CLAIM_TIMEOUT_MS - this.configuration.TWILIO_TIMEOUT_MS)
      return this.record(programId, deliveryId, { type: 'ReleaseDelivery', data: { claimId, cause: 'too late', notBefore: claimedAt } });
    return this.record(programId, deliveryId, outcomeCommand(claimId, claimNumberOf(claimId), await call()));
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

  private async record(programId: string, deliveryId: string, command: DeliveryWish): Promise<string | null> {
    return (await this.execute(programId, deliveryId, command)).position;
  }

  private execute(programId: string, deliveryId: string, command: DeliveryWish) {
    return this.commands.execute(new HandleDelivery(deliveryId, command, notifierContext(programId)));
  }
}

function outcomeCommand(claimId: string, attempts: number, outcome: SendOutcome): DeliveryWish {
  switch (outcome.kind) {
    case 'accepted':
      return { type: 'AcceptDelivery', data: { claimId, providerId: outcome.providerId } };
    case 'refused':
      return { type: 'RefuseDelivery', data: { claimId, code: outcome.code, reason: outcome.reason } };
    case 'uncertain':
      return { type: 'DoubtDelivery', data: { claimId, cause: outcome.cause } };
    case 'back-off': {
      const pause = Math.min(outcome.retryAfterMs * 2 ** Math.min(attempts - 1, 10), LONGEST_BACK_OFF_MS);
      const notBefore = new Date(Date.now() + pause).toISOString();
      return { type: 'ReleaseDelivery', data: { claimId, cause: outcome.code, notBefore } };
    }
  }
}

/** Taken before one looks for work, so that a wake-up in the meantime is not lost. */
class Wakeup {
  private resolve: () => void = () => undefined;

  next(): Promise<void> {
    return new Promise((resolve) => (this.resolve = resolve));
  }

  wake(): void {
    this.resolve();
  }
}
