import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { contactAggregate, type ContactCommand, type ContactDetails } from '@app/domain/contact';
import { HandleContact, type ContactIntent } from './contact.command.js';
import { NaturalKeys } from '../lookups/natural-keys.js';

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
      prepare: (intent: ContactIntent) => this.toCommand(context.programId, id, intent),
    });
  }

  private async toCommand(programId: string, contactId: string, intent: ContactIntent): Promise<ContactCommand> {
    const addressIds = (phones: readonly string[]): Promise<string[]> =>
      Promise.all(phones.map((phone) => this.naturalKeys.address(programId, phone)));
    switch (intent.type) {
      case 'CreateContact':
        return {
          type: 'CreateContact',
          data: { ...intent.data, contactId, addressIds: await addressIds(intent.data.phones) },
        };
      case 'NoteNumber':
        return {
          type: 'NoteNumber',
          data: {
            ...nobody,
            contactId,
            phones: [intent.data.phone],
            addressIds: await addressIds([intent.data.phone]),
          },
        };
      case 'EraseContact':
        return intent;
      case 'ChangeContact': {
        const { changes } = intent.data;
        return {
          type: 'ChangeContact',
          data: { changes, ...(changes.phones && { addressIds: await addressIds(changes.phones) }) },
        };
      }
    }
  }
}

const nobody: ContactDetails = {
  name: null,
  phones: [],
  emails: [],
  externalId: null,
  contactType: 'unknown',
  registered: false,
  active: true,
};
