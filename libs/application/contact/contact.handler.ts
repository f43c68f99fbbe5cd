import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import {
  contactAggregate,
  leadName,
  noDetails,
  type Contact,
  type ContactCommand,
  type ContactCreated,
  type ContactDetails,
} from '@app/domain/contact';
import { unlessErased, type Open } from '@app/kernel';
import { HandleContact, type ContactIntent } from './contact.command.js';
import { NaturalKeys } from '../lookups/natural-keys.js';
import { zoneOfPhone } from './zone-of-phone.js';

@CommandHandler(HandleContact)
export class ContactHandler implements ICommandHandler<HandleContact> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly naturalKeys: NaturalKeys,
  ) {}

  execute({ id, intent, context }: HandleContact): Promise<CommandResult> {
    return handleCommand(this.aggregates, {
      aggregate: contactAggregate,
      id,
      intent,
      context,
      prepare: (intent: ContactIntent, state: Contact) => this.toCommand(context.programId, id, intent, state),
    });
  }

  private async toCommand(
    programId: string,
    contactId: string,
    intent: ContactIntent,
    state: Contact,
  ): Promise<ContactCommand> {
    switch (intent.type) {
      case 'CreateContact':
        return { type: 'CreateContact', data: await this.created(programId, contactId, intent.data) };
      case 'NoteNumber':
        return { type: 'NoteNumber', data: await this.created(programId, contactId, { phones: [intent.data.phone] }) };
      case 'SaveContact': {
        const { externalId, changes } = intent.data;
        const created = await this.created(programId, contactId, { ...changes, externalId });
        return { type: 'SaveContact', data: { created, ...(await this.changed(programId, changes, state)) } };
      }
      case 'SubmitLead': {
        const { phone, ...lead } = intent.data;
        const created = await this.created(programId, contactId, {
          name: leadName(lead),
          phones: phone === null ? [] : [phone],
          emails: lead.email === null ? [] : [lead.email],
        });
        return { type: 'SubmitLead', data: { ...lead, contactId, created } };
      }
      case 'CreateLead':
      case 'RemoveContact':
      case 'RestoreContact':
      case 'EraseContact':
        return intent;
      case 'ChangeContact':
        return { type: 'ChangeContact', data: await this.changed(programId, intent.data.changes, state) };
    }
  }

  private async created(
    programId: string,
    contactId: string,
    given: Partial<ContactDetails>,
  ): Promise<Open<ContactCreated['data']>> {
    const details = { ...noDetails, ...given };
    const timeZone = details.timeZone ?? zoneOfPhone(details.phones[0]);
    return { ...details, timeZone, contactId, addressIds: await this.addressIds(programId, details.phones) };
  }

  private async changed(
    programId: string,
    changes: Partial<ContactDetails>,
    state: Contact,
  ): Promise<Extract<ContactCommand, { type: 'ChangeContact' }>['data']> {
    if (!changes.phones) return { changes };
    const learnt = isStated(state) ? {} : { timeZone: zoneOfPhone(changes.phones[0]) };
    return { changes: { ...learnt, ...changes }, addressIds: await this.addressIds(programId, changes.phones) };
  }

  private addressIds(programId: string, phones: readonly string[]): Promise<string[]> {
    return Promise.all(phones.map((phone) => this.naturalKeys.address(programId, phone)));
  }
}

const isStated = (contact: Contact): boolean =>
  contact.status !== 'none' && unlessErased(contact.timeZone, null)?.source === 'stated';
