import { Injectable } from '@nestjs/common';
import { Aggregates } from '@app/eventing';
import { consentDecider, type Consent } from '@app/domain/consent';
import type { SendRule } from '@app/domain/conversation';
import type { Policies } from '@app/domain/program';

/** Consent as its stream says it now, with the revision that was read; -1 when nothing is there. */
export type ReadConsent = { readonly consent: Consent; readonly revision: number };

/**
 * Whether a text may go out, by the consent of its address for its sender: `null`, or the rule that forbids it.
 * Asked when a message is accepted, and again as the last step before the provider is called.
 */
export function sendGate(lane: 'person' | 'opt-in-request', { status, textedFirst }: Pick<Consent, 'status' | 'textedFirst'>, policies: Policies): SendRule | null {
  switch (status) {
    case 'no':
      return 'RecipientOptedOut';
    case 'yes':
      return null;
    case 'pending':
      // Nothing but the question itself goes out before it is answered.
      return lane === 'opt-in-request' ? null : 'ConsentPending';
    case 'none': {
      const mayAnswer = textedFirst && policies.replyToInbound === 'allowed';
      return lane === 'person' && (mayAnswer || policies.consentMode === 'opted_in_by_default') ? null : 'NoConsent';
    }
  }
}

@Injectable()
export class ConsentReader {
  constructor(private readonly aggregates: Aggregates) {}

  /** From the stream, never from a read model: what the store holds at this moment counts. */
  async read(consentId: string): Promise<ReadConsent> {
    const { state, revision } = await this.aggregates.load(consentDecider, `consent-${consentId}`);
    return { consent: state, revision: revision === 'no-stream' ? -1 : revision };
  }
}
