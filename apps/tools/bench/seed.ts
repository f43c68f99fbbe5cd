import type { INestApplicationContext } from '@nestjs/common';
import { CommandBus, type ICommand } from '@nestjs/cqrs';
import {
  HandleConsent,
  HandleContact,
  HandleConversation,
  HandleProgram,
  ids,
  NaturalKeys,
  system,
} from '@app/application';
import { naturalId, type CommandContext } from '@app/eventing';
import { sample } from '@app/sample-program';

/** What reaches the contacts: with an email address, every message notifies; with a phone, they agreed to be texted. */
export type Reached = 'nothing' | 'email' | 'text';

const AT_ONCE = 500;
const { programId } = sample;

/** Registered contacts of the sample program with a conversation each. */
export async function seedConversations(
  app: INestApplicationContext,
  count: number,
  reached: Reached,
): Promise<string[]> {
  const execute = (command: ICommand) => app.get(CommandBus).execute(command);
  const policy = { name: 'consentMode', value: 'single_opt_in', by: 'bench' };
  await execute(new HandleProgram(programId, { type: 'ChangePolicy', data: policy }, seeding('policy')));
  const seedOne = async (number: number): Promise<string> => {
    const contactId = ids.derivedId(naturalId('bench', String(number)), 'contact');
    const conversationId = ids.conversation(programId, contactId, null);
    const phone = `+14155${String(number).padStart(6, '0')}`;
    const details = contactDetails(`Contact ${number}`, {
      phones: reached === 'text' ? [phone] : [],
      emails: reached === 'email' ? [`contact-${number}@mail.example`] : [],
    });
    await execute(new HandleContact(contactId, { type: 'CreateContact', data: details }, seeding(contactId)));
    if (reached === 'text') {
      const addressId = await app.get(NaturalKeys).address(programId, phone);
      const consentId = ids.consent(programId, addressId, ids.sender(programId, sample.senderPhone));
      await execute(new HandleConsent(consentId, { type: 'RequestOptIn', data: form(contactId) }, seeding(consentId)));
    }
    const start = { conversationId, contactId, referralId: null, by: null };
    await execute(
      new HandleConversation(conversationId, { type: 'StartConversation', data: start }, seeding(conversationId)),
    );
    return conversationId;
  };
  const conversations: string[] = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, index) => first + index);
    conversations.push(...(await Promise.all(numbers.map(seedOne))));
  }
  return conversations;
}

type Addresses = { readonly phones: readonly string[]; readonly emails: readonly string[] };

/** A registered contact with these addresses, by default without any. */
export const contactDetails = (name: string, addresses: Addresses = { phones: [], emails: [] }) => ({
  externalId: null,
  name,
  ...addresses,
  contactType: 'referrer' as const,
  registered: true,
  active: true,
});

const form = (contactId: string) => ({
  contactId,
  phone: null,
  referralId: null,
  purpose: 'conversational' as const,
  evidence: { wording: 'Text me', wordingVersion: '1', source: 'https://www.sunrise-solar.example', tickedAt: null },
});

function seeding(purpose: string): CommandContext {
  const commandId = naturalId('bench', purpose);
  return {
    programId,
    actor: system('bench'),
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date().toISOString(),
  };
}
