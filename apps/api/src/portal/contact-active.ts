import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { portalRule } from '@app/domain/contact';
import { MessagesDisabled } from '@app/domain/program';
import { DomainError } from '@app/kernel';
import type { CallerIdentity } from '@app/platform';

/**
 * The portal requires that the program has switched it on, and a contact who is registered and active now: a token can
 * outlive both.
 */
@Injectable()
export class ContactActive {
  constructor(private readonly lookups: Lookups) {}

  /** @throws MessagesDisabled, PortalClosed, ContactNotFound */
  async check({ programId, id }: CallerIdentity): Promise<void> {
    const { policies } = await this.lookups.program(programId);
    if (policies.messagesEnabled === 'off') throw new MessagesDisabled();
    if (portalRule(await this.lookups.contact(programId, id)) !== null) throw new PortalClosed();
  }
}

export class PortalClosed extends DomainError {
  readonly code = 'PortalClosed';
  override readonly kind = 'forbidden';
  constructor() {
    super('This contact has no active portal account');
  }
}
