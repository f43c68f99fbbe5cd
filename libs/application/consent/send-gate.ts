import { Injectable } from '@nestjs/common';
import { Aggregates } from '@app/eventing';
import { consentAggregate, refusedSender, type Consent } from '@app/domain/consent';
import type { Refusal } from '@app/domain/conversation';
import type { ConsentRead } from '@app/domain/delivery';
import type { Policies } from '@app/domain/program';
import { ids } from '../commands/ids.js';
import { Lookups, type CreatedProgram } from '../lookups/lookups.js';

/** The policies that decide about a text. */
export type SendPolicies = Pick<Policies, 'smsEnabled' | 'consentMode' | 'replyToInbound' | 'optOutScope'>;

/** The current state of an address's consent streams. */
export type ReadConsents = {
  /** Consent for the requested sender. */
  readonly consent: Consent;
  /**
   * The sender of the program that the address has opted out of, unless an opt-in came after it; see {@link
   * refusedSender}.
   */
  readonly refusedSenderId: string | null;
  /** Every consent that was read, including those of the program's other senders. */
  readonly revisions: readonly ConsentRead[];
};

export type Lane = 'person' | 'opt-in-request';

/**
 * Whether a text may be sent, by the consent of its address for its sender and by opt-outs of the program's other
 * senders: `null`, or the rule that forbids it. Checked when a message is accepted, and again as the last step before
 * the provider is called.
 */
export function sendGate(
  lane: Lane,
  {
    consent: { status, textedFirst },
    refusedSenderId,
  }: Pick<ReadConsents, 'refusedSenderId'> & { readonly consent: Pick<Consent, 'status' | 'textedFirst'> },
  policies: SendPolicies,
): Refusal | null {
  const refused = (rule: Refusal['rule']): Refusal => ({ rule, refusedSenderId: null });
  if (policies.smsEnabled === 'off') return refused('TextsDisabled');
  const mayIgnoreOptOut = lane === 'person' && policies.optOutScope === 'automated_only';
  if ((status === 'no' || refusedSenderId !== null) && !mayIgnoreOptOut)
    return { rule: 'RecipientOptedOut', refusedSenderId };
  switch (status) {
    case 'no':
    case 'yes':
      return null;
    case 'pending':
      // Only the opt-in request itself may be sent before it is answered.
      return lane === 'opt-in-request' ? null : refused('ConsentPending');
    case 'none':
      return lane === 'person' && mayTextUnasked(textedFirst, policies) ? null : refused('NoConsent');
  }
}

const mayTextUnasked = (textedFirst: boolean, { replyToInbound, consentMode }: SendPolicies): boolean =>
  (textedFirst && replyToInbound === 'allowed') || consentMode === 'opted_in_by_default';

/** Whether two readings are equal. */
export const isSameReading = (a: ReadConsents, b: ReadConsents): boolean =>
  JSON.stringify(a.revisions) === JSON.stringify(b.revisions);

type ConsentOf = { readonly addressId: string; readonly senderId: string };

@Injectable()
export class ConsentReader {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
  ) {}

  /** Reads the streams, never a read model: only the current state of the store counts. */
  async read(programId: string, of: ConsentOf): Promise<ReadConsents> {
    return this.readFor(await this.lookups.program(programId), of);
  }

  /** Like {@link read}, for a program that was just read. */
  async readFor(
    { programId, senders }: Pick<CreatedProgram, 'programId' | 'senders'>,
    { addressId, senderId }: ConsentOf,
  ): Promise<ReadConsents> {
    const all = await Promise.all(
      [...new Set([senderId, ...senders.map((sender) => sender.senderId)])].map(async (id) => {
        const consentId = ids.consent(programId, addressId, id);
        const { state, revision } = await this.aggregates.load(consentAggregate, consentId);
        return {
          senderId: id,
          consent: state,
          read: { consentId, revision: revision === 'no-stream' ? -1 : revision },
        };
      }),
    );
    const [own] = all;
    return {
      consent: own?.consent ?? consentAggregate.initialState,
      refusedSenderId: refusedSender(all) ?? (own?.consent.status === 'no' ? senderId : null),
      revisions: all.map(({ read }) => read),
    };
  }
}
