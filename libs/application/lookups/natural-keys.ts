import { Injectable } from '@nestjs/common';
import { EventLog, Keyring, programHash, uuidOf } from '@app/eventing';
import type { Actor } from '@app/kernel';

/**
 * Natural keys derived from personal data: phone numbers, external ids (free text of another system, often an email
 * address), and what a caller or the provider sent. Ids are stored unencrypted and published on topics, and there are
 * few phone numbers: a hash that everybody can compute would reveal the number. These are derived with the program's
 * own key, so they differ between programs and installations, and nobody can compute them once that key is destroyed.
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

  contactByEmail(programId: string, email: string): Promise<string> {
    return this.id(programId, 'contact', 'email', email.toLowerCase());
  }

  contactByExternalId(programId: string, externalId: string): Promise<string> {
    return this.id(programId, 'contact', 'external', externalId);
  }

  referralByExternalId(programId: string, externalId: string): Promise<string> {
    return this.id(programId, 'referral', externalId);
  }

  /** Command id of a caller's request: the same program, person and idempotency key give the same command. */
  command(programId: string, actor: Actor, key: string): Promise<string> {
    return this.id(programId, 'command', actor.kind, actor.id, key);
  }

  /** Command id of the provider's report about a message or claim: the same form gives the same command. */
  posted(programId: string, about: string, form: Readonly<Record<string, string>>): Promise<string> {
    return this.id(programId, 'posted', about, JSON.stringify(form));
  }

  /** The signature of a link to an exported file. */
  exportLink(programId: string, exportId: string, userId: string, expiresAt: string): Promise<string> {
    return this.id(programId, 'export link', exportId, userId, expiresAt);
  }

  private async id(programId: string, ...parts: readonly string[]): Promise<string> {
    return uuidOf(await programHash(this, programId, 'names', JSON.stringify(parts)), 8);
  }
}
