import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleHold, Lookups } from '@app/application';
import { Clock } from '@app/eventing';
import type { SendOutcome } from '@app/gateways';
import { providerErrors, reasonInWords, type Reach } from '@app/domain/delivery';
import { holdsOn, TriedAlready, type HoldCommand, type HoldScope, type Road } from '@app/domain/hold';
import { notifierContext } from '../notifier-context.js';

type NotSent = Extract<SendOutcome, { kind: 'refused' | 'back-off' }>;
/** Why more than one delivery has to wait. */
type Cause = { readonly reach: Reach | 'email'; readonly code: string; readonly firstPauseMs: number };

/**
 * Holds sending when the cause concerns more than one delivery, for instance an account that the provider refuses. A
 * hold is an event, so it survives a restart and every notifier sees it; the waiting deliveries stay requested,
 * without events of theirs.
 */
@Injectable()
export class Holds {
  private readonly logger = new Logger(Holds.name);

  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly clock: Clock,
  ) {}

  /**
   * Call it before each claim. When the pause of a hold is over, exactly one delivery is let through to probe it.
   * @returns the holds that the delivery probes; `null` when it must wait
   */
  async passage(programId: string, road: Road): Promise<readonly HoldScope[] | null> {
    const holds = holdsOn(await this.lookups.holds(programId), road);
    const now = this.clock.now();
    if (holds.some(({ nextTryAt }) => Date.parse(nextTryAt) > now)) return null;
    try {
      for (const { scope } of holds)
        await this.execute(programId, { type: 'TrySending', data: { scope, at: iso(now), jitter: Math.random() } });
    } catch (error) {
      if (error instanceof TriedAlready) return null;
      throw error;
    }
    return holds.map(({ scope }) => scope);
  }

  /** What the outcome means for other deliveries; `null` when it concerns this one only. */
  static reachOf(road: Road, outcome: SendOutcome): Cause | null {
    if (outcome.kind !== 'refused' && outcome.kind !== 'back-off') return null;
    return road === 'email' ? reachOfEmail(outcome) : reachOfText(outcome);
  }

  /**
   * Holds or resumes sending after an outcome, once the outcome is stored.
   * @param probes what {@link passage} returned
   */
  async note(programId: string, road: Road, outcome: SendOutcome, probes: readonly HoldScope[]): Promise<void> {
    const cause = Holds.reachOf(road, outcome);
    if (cause) {
      await this.hold(programId, road, cause);
      // A code about the number or the country shows that the account works.
      if (cause.reach !== 'account')
        await this.resume(
          programId,
          probes.filter(({ kind }) => kind === 'account'),
        );
    } else if (outcome.kind === 'accepted') await this.resume(programId, probes);
    else if (outcome.kind === 'refused' && isProviderCode(outcome.code))
      await this.resume(
        programId,
        probes.filter(({ kind }) => kind === 'account' || kind === 'email'),
      );
  }

  private async hold(programId: string, road: Road, { reach, code, firstPauseMs }: Cause): Promise<void> {
    const scope = scopeOf(road, reach);
    const at = iso(this.clock.now());
    const { events } = await this.execute(programId, {
      type: 'HoldSending',
      data: {
        scope,
        senderIds: await this.sendersOf(programId, scope),
        code,
        credentials: road === 'email' ? 0 : road.credentials,
        at,
        firstPauseMs,
        jitter: Math.random(),
      },
    });
    if (events.length > 0)
      this.logger.warn({ event: 'sending held', programId, scope, code, reason: reasonInWords(code) });
  }

  private async resume(programId: string, scopes: readonly HoldScope[]): Promise<void> {
    for (const scope of scopes) {
      const { events } = await this.execute(programId, { type: 'ResumeSending', data: { scope } });
      if (events.length > 0) this.logger.warn({ event: 'sending resumed', programId, scope });
    }
  }

  private async sendersOf(programId: string, scope: HoldScope): Promise<readonly string[]> {
    if (scope.kind === 'email') return [];
    if (scope.kind !== 'account') return [scope.senderId];
    const { senders } = await this.lookups.program(programId);
    return senders.filter(({ accountSid }) => accountSid === scope.accountSid).map(({ senderId }) => senderId);
  }

  private execute(programId: string, command: HoldCommand) {
    return this.commands.execute(new HandleHold(programId, command, notifierContext(programId)));
  }
}

/** A mail server's code concerns one address; a server that cannot be reached concerns every email. */
function reachOfEmail(outcome: NotSent): Cause | null {
  if (outcome.kind === 'refused' || isProviderCode(outcome.code)) return null;
  return { reach: 'email', code: outcome.code, firstPauseMs: outcome.retryAfterMs };
}

function reachOfText(outcome: NotSent): Cause | null {
  const { code } = outcome;
  const known = providerErrors[code]?.waits;
  if (outcome.kind === 'back-off')
    return { reach: known?.reach ?? 'account', code, firstPauseMs: outcome.retryAfterMs };
  return known ? { ...known, code } : null;
}

/** Only the provider's own codes show that it was reached and accepted the account. */
const isProviderCode = (code: string): boolean => /^\d/.test(code);

function scopeOf(road: Road, reach: Reach | 'email'): HoldScope {
  if (road === 'email' || reach === 'email') return { kind: 'email' };
  const { accountSid, senderId, country } = road;
  if (reach === 'account') return { kind: 'account', accountSid };
  return reach === 'sender' ? { kind: 'sender', senderId } : { kind: 'country', senderId, country };
}

const iso = (time: number): string => new Date(time).toISOString();
