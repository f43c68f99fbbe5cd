import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { contactAggregate, leadName, noDetails, type Contact, type ContactCommand } from '@app/domain/contact';
import { unlessErased } from '@app/kernel';
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
    const addressIds = (phones: readonly string[]): Promise<string[]> =>
      Promise.all(phones.map((phone) => this.naturalKeys.address(programId, phone)));
    switch (intent.type) {
      case 'CreateContact':
      case 'NoteNumber': {
        const given =
          intent.type === 'NoteNumber'
            ? { ...noDetails, phones: [intent.data.phone] }
            : { ...noDetails, ...intent.data };
        const details = { ...given, timeZone: given.timeZone ?? zoneOfPhone(given.phones[0]) };
        return { type: intent.type, data: { ...details, contactId, addressIds: await addressIds(details.phones) } };
      }
      case 'SubmitLead': {
        const { phone, ...lead } = intent.data;
        const phones = phone === null ? [] : [phone];
        const created = {
          ...noDetails,
          contactId,
          name: leadName(lead),
          phones,
          addressIds: await addressIds(phones),
          emails: lead.email === null ? [] : [lead.email],
          timeZone: zoneOfPhone(phone ?? undefined),
        };
        return { type: 'SubmitLead', data: { ...lead, contactId, created } };
      }
      case 'CreateLead':
      case 'RemoveContact':
      case 'RestoreContact':
      case 'EraseContact':
        return intent;
      case 'ChangeContact': {
        const { changes } = intent.data;
        if (!changes.phones) return { type: 'ChangeContact', data: { changes } };
        const learnt = isStated(state) ? {} : { timeZone: zoneOfPhone(changes.phones[0]) };
        return {
          type: 'ChangeContact',
          data: { changes: { ...learnt, ...changes }, addressIds: await addressIds(changes.phones) },
        };
      }
    }
  }
}

const isStated = (contact: Contact): boolean =>
  contact.status !== 'none' && unlessErased(contact.timeZone, null)?.source === 'stated';
