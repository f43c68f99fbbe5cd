import { Injectable } from '@nestjs/common';
import { retry, TemporaryFailure, type CommandContext } from '@app/eventing';
import { DomainError, type JsonObject } from '@app/kernel';
import { ids, subCommand } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';
import {
  checkForm,
  contactFields,
  contactForm,
  objectOf,
  payoutFields,
  payoutForm,
  referralFields,
  referralForm,
} from './forms.js';
import { OtherSystems } from './other-systems.js';

const name = { type: 'string', minLength: 1, maxLength: 200 };
const envelope = { id: name, programId: name };

/** Topics that other systems write: the schema of their messages. The key is the external id. */
export const inboundTopics = {
  'contacts.inbound.v1': objectOf({ ...envelope, ...contactFields }, ['id', 'programId', 'externalId']),
  'referrals.inbound.v1': objectOf(
    { ...envelope, ...referralFields, payout: objectOf(payoutFields, Object.keys(payoutFields)) },
    ['id', 'programId', 'externalId'],
  ),
} as const;
export type InboundTopic = keyof typeof inboundTopics;

/** Why a message was not accepted: a stable code, and for an invalid one the field and the rule. */
export type DeadLetter = { readonly reason: string; readonly field?: string; readonly rule?: string };

/** Pauses in ms before a message is tried again: what it names may be in another topic, which is behind. */
const PAUSES_MS = [50, 200, 1_000];

/** The message is for a program that may not be written from topics. */
export class ProgramNotAllowed extends DomainError {
  readonly code = 'ProgramNotAllowed';
  override readonly kind = 'forbidden';
  override readonly field = 'programId';
  constructor() {
    super('Topics may not write into this program; INBOUND_PROGRAMS lists those they may');
  }
}

/** Turns messages of other systems into commands. */
@Injectable()
export class InboundTopics {
  constructor(
    private readonly lookups: Lookups,
    private readonly otherSystems: OtherSystems,
  ) {}

  /**
   * The same message any number of times has one effect, recognized by its id. @returns `null` when it was accepted
   * @throws TemporaryFailure
   */
  async handle(topic: InboundTopic, message: JsonObject, programs: readonly string[]): Promise<DeadLetter | null> {
    try {
      const work = (): Promise<void> => this.accept(topic, message, programs);
      await retry(work, { pauses: PAUSES_MS, onFailure: throwLasting });
      return null;
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      return deadLetter(error);
    }
  }

  private async accept(topic: InboundTopic, message: JsonObject, programs: readonly string[]): Promise<void> {
    checkForm(inboundTopics[topic], message);
    const { id, programId, payout, ...form } = message;
    if (!programs.includes(String(programId))) throw new ProgramNotAllowed();
    await this.lookups.program(String(programId));
    const context = await this.contextOf(topic, String(programId), String(id));
    if (topic === 'contacts.inbound.v1') return void (await this.otherSystems.saveContact(contactForm(form), context));
    const referral = referralForm(form);
    await this.otherSystems.saveReferral(referral, context);
    if (payout !== undefined)
      await this.otherSystems.recordPayout(
        referral.externalId,
        payoutForm(payout as JsonObject),
        subCommand(context, 'payout'),
      );
  }

  /** Repeatable: a message that changed nothing must not change anything later, after newer ones. */
  private async contextOf(topic: InboundTopic, programId: string, id: string): Promise<CommandContext> {
    const actor = { kind: 'integration', id: topic } as const;
    const commandId = await this.lookups.naturalKeys.command(programId, actor, id);
    return {
      programId,
      actor,
      commandId,
      correlationId: ids.derivedId(commandId, 'correlation'),
      causationId: commandId,
      occurredAt: new Date().toISOString(),
      isRepeatable: true,
    };
  }
}

/** Only what another topic may still bring is waited for. */
function throwLasting(error: unknown): void {
  if (error instanceof TemporaryFailure || (error instanceof DomainError && error.kind !== 'not-found')) throw error;
}

function deadLetter(error: unknown): DeadLetter {
  if (!(error instanceof DomainError)) return { reason: 'InternalError' };
  const { code: reason, field } = error;
  return { reason, ...(field !== undefined && { field }), ...('rule' in error && { rule: String(error.rule) }) };
}
