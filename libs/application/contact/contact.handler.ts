import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { contactDecider, type ContactCommand, type ContactDetails } from '@app/domain/contact';
import { HandleContact, type ContactWish } from '../commands/commands.js';
import { NaturalKeys } from '../lookups/natural-keys.js';

@CommandHandler(HandleContact)
export class ContactHandler implements ICommandHandler<HandleContact> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly naturalKeys: NaturalKeys,
  ) {}

  execute({ id, wish, context }: HandleContact): Promise<CommandResult> {
    return handleCommand(this.aggregates, contactDecider, `contact-${id}`, wish, context, (asked: ContactWish) =>
      this.toCommand(context.programId, id, asked),
    );
  }

  private async toCommand(programId: string, contactId: string, wish: ContactWish): Promise<ContactCommand> {
    const phoneIds = (phones: readonly string[]): Promise<string[]> =>
      Promise.all(phones.map((phone) => this.naturalKeys.address(programId, phone)));
    switch (wish.type) {
      case 'CreateContact':
        return { type: 'CreateContact', data: { ...wish.data, contactId, phoneIds: await phoneIds(wish.data.phones) } };
      case 'NoteNumber':
        return {
          type: 'NoteNumber',
          data: { ...nobody, contactId, phones: [wish.data.phone], phoneIds: await phoneIds([wish.data.phone]) },
        };
      case 'EraseContact':
        return wish;
      case 'ChangeContact': {
        const { changes } = wish.data;
        return {
          type: 'ChangeContact',
          data: { changes, ...(changes.phones && { phoneIds: await phoneIds(changes.phones) }) },
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
