import { Injectable } from '@nestjs/common';
import { Lookups } from '@app/application';
import { DomainError } from '@app/kernel';
import type { CallerIdentity } from '@app/platform';

/** A token can outlive a contact's account: the portal requires a contact who is registered and active now. */
@Injectable()
export class ContactActive {
  constructor(private readonly lookups: Lookups) {}

  /** @throws PortalClosed, ContactNotFound */
  async check({ programId, id }: CallerIdentity): Promise<void> {
    const { registered, active } = await this.lookups.contact(programId, id);
    if (!registered || !active) throw new PortalClosed();
  }
}

export class PortalClosed extends DomainError {
  readonly code = 'PortalClosed';
  override readonly kind = 'forbidden';
  constructor() {
    super('This contact has no active portal account');
  }
}
