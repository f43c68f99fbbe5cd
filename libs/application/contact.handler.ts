import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { contactDecider, type ContactCommand, type ContactDetails } from '@app/domain/contact';
import { HandleContact, type ContactWish } from './commands.js';
import { ids } from './ids.js';

@CommandHandler(HandleContact)
export class ContactHandler implements ICommandHandler<HandleContact> {
  constructor(private readonly aggregates: Aggregates) {}

  execute({ id, wish, context }: HandleContact): Promise<CommandResult> {
    return handleCommand(this.aggregates, contactDecider, `contact-${id}`, wish, context, (asked: ContactWish) => toCommand(context.programId, id, asked));
  }
}

const nobody: ContactDetails = { name: null, phones: [], emails: [], externalId: null, contactType: 'unknown', registered: false, active: true };

function toCommand(programId: string, contactId: string, wish: ContactWish): ContactCommand {
  const phoneIds = (phones: readonly string[]): string[] => phones.map((phone) => ids.address(programId, phone));
  switch (wish.type) {
    case 'CreateContact':
      return { type: 'CreateContact', data: { ...wish.data, contactId, phoneIds: phoneIds(wish.data.phones) } };
    case 'NoteNumber':
      return { type: 'NoteNumber', data: { ...nobody, contactId, phones: [wish.data.phone], phoneIds: phoneIds([wish.data.phone]) } };
    case 'ChangeContact': {
      const { changes } = wish.data;
      return { type: 'ChangeContact', data: { changes, ...(changes.phones && { phoneIds: phoneIds(changes.phones) }) } };
    }
  }
}
