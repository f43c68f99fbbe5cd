import { Injectable } from '@nestjs/common';
import { TextLimits } from '@app/eventing';
import { DomainError } from '@app/kernel';
import { UsageQueries } from '../read-models/usage/usage.queries.js';
import { Lookups } from './lookups.js';

/**
 * Whether a text may be caused today (UTC), by the program's count and by the number's. The program's comes from a read
 * model, so that its conversations need not share a stream, and the number's is noted by automation: both are behind by what was
 * accepted in the last moments, and a limit can be exceeded by that much. Answers to keywords do not ask.
 */
@Injectable()
export class TextQuota {
  constructor(
    private readonly lookups: Lookups,
    private readonly usage: UsageQueries,
    private readonly limits: TextLimits,
  ) {}

  /** @param at when the text is accepted, ISO 8601 */
  async isUsedUp(programId: string, addressId: string, at: string): Promise<boolean> {
    const day = at.slice(0, 10);
    const [address, ofProgram] = await Promise.all([this.lookups.address(programId, addressId), this.usage.textsOn(programId, day)]);
    const toAddress = address.texts.day === day ? address.texts.count : 0;
    return ofProgram >= this.limits.perProgram || toAddress >= this.limits.perContact;
  }
}

/** A text would go out beyond what the program or the contact may get in a day. */
export class TextLimitReached extends DomainError {
  readonly code = 'TextLimitReached';
  constructor() {
    super(TEXT_LIMIT_REACHED);
  }
}
export const TEXT_LIMIT_REACHED = 'Today’s limit of texts for this program or this contact is reached; it begins anew at midnight UTC, under a new Idempotency-Key';
