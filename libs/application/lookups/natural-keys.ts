import { Injectable } from '@nestjs/common';
import { EventLog, Keyring, programHash, uuidOf } from '@app/eventing';
import type { Actor } from '@app/kernel';

/**
 * Natural keys made of personal data: phone numbers, external ids (free text of another system, often an email address),
 * and what a caller or the provider sent. Ids are stored in the open and leave on topics, and there are few phone numbers:
 * a hash that everybody can compute would give the number back. These are made under the program's own key, so they differ
 * from one program and installation to the next, and nobody can compute them once that key is destroyed.
 *
 * Each method throws {@link ProgramGone} when the key was destroyed.
 */
@Injectable()
export class NaturalKeys {
  constructor(
    readonly keyring: Keyring,
    readonly eventLog: EventLog,
  ) {}

  address(programId: string, phone: string): Promise<string> {
    return this.id(programId, 'address', phone);
  }

  contactByPhone(programId: string, phone: string): Promise<string> {
    return this.id(programId, 'contact', 'phone', phone);
  }

  contactByExternalId(programId: string, externalId: string): Promise<string> {
    return this.id(programId, 'contact', 'external', externalId);
  }

  referralByExternalId(programId: string, externalId: string): Promise<string> {
    return this.id(programId, 'referral', externalId);
  }

  /** Command id of a caller's request: the same program, person and idempotency key are the same command. */
  command(programId: string, actor: Actor, key: string): Promise<string> {
    return this.id(programId, 'command', actor.kind, actor.id, key);
  }

  /** Command id of what the provider posted about a message or claim: the same form again is the same command. */
  posted(programId: string, about: string, form: Readonly<Record<string, string>>): Promise<string> {
    return this.id(programId, 'posted', about, JSON.stringify(form));
  }

  private async id(programId: string, ...parts: readonly string[]): Promise<string> {
    return uuidOf(await programHash(this, programId, 'names', JSON.stringify(parts)), 8);
  }
}
