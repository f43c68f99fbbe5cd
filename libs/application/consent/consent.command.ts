import type { ConsentCommand, FormEvidence, Purpose } from '@app/domain/consent';
import type { Message } from '@app/kernel';
import { AggregateCommand } from '../commands/aggregate-command.js';

/** Without `tickedAt` the box counts as ticked at the time of the request. */
type UndatedEvidence = Omit<FormEvidence, 'tickedAt'> & { readonly tickedAt: string | null };

export type ConsentIntent =
  | Message<
      'RequestOptIn',
      {
        contactId: string;
        phone: string | null;
        referralId: string | null;
        purpose: Purpose;
        evidence: UndatedEvidence;
      }
    >
  | Exclude<ConsentCommand, { type: 'RequestOptIn' }>;
export class HandleConsent extends AggregateCommand<ConsentIntent> {}
