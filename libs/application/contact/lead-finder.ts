import { Injectable } from '@nestjs/common';
import type { CommandContext } from '@app/eventing';
import { recipientOf } from '@app/domain/address';
import { ContactQueries } from '@app/read-models';
import { currentSender, Lookups } from '../lookups/lookups.js';
import { ids } from '../commands/ids.js';
import type { SubmittedLead } from './contact.command.js';

/** Finds the contact whom a form of another application means. */
@Injectable()
export class LeadFinder {
  constructor(
    private readonly lookups: Lookups,
    private readonly contacts: ContactQueries,
  ) {}

  /**
   * The owner of the phone number, as for a text from it; or else the only contact with the email; or else a new one,
   * whose id is derived from what was given.
   */
  async find(
    { phone, email }: Pick<SubmittedLead, 'phone' | 'email'>,
    context: CommandContext,
  ): Promise<{ readonly contactId: string }> {
    const { programId, commandId } = context;
    const known = (await this.ownerOf(phone, context)) ?? (await this.onlyOneWith(email, programId));
    if (known !== null) return { contactId: known };
    const fresh = ids.derivedId(commandId, 'contact');
    if (phone !== null) return { contactId: await this.lookups.numberContactId(programId, phone, fresh) };
    return { contactId: email === null ? fresh : await this.lookups.emailContactId(programId, email, fresh) };
  }

  private async ownerOf(phone: string | null, { programId, occurredAt }: CommandContext): Promise<string | null> {
    if (phone === null) return null;
    const [program, addressId] = await Promise.all([
      this.lookups.program(programId),
      this.lookups.naturalKeys.address(programId, phone),
    ]);
    const address = await this.lookups.address(programId, addressId);
    return recipientOf(address, currentSender(program)?.senderId ?? '', occurredAt).contactId;
  }

  private async onlyOneWith(email: string | null, programId: string): Promise<string | null> {
    if (email === null) return null;
    const [only, ...others] = await this.contacts.idsByEmail(programId, email);
    return others.length === 0 ? (only ?? null) : null;
  }
}
