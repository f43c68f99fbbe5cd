import { CommandBus } from '@nestjs/cqrs';
import { HandleContact, HandleConversation, ids, system } from '@app/application';
import { naturalId, type CommandContext } from '@app/eventing';
import { sample } from '@app/sample-program';

const AT_ONCE = 500;

/**
 * Registered contacts of the sample program with a conversation each; with an email address, every message notifies.
 */
export async function seedConversations(commands: CommandBus, count: number, emails: boolean): Promise<string[]> {
  const conversations: string[] = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, index) => first + index);
    conversations.push(...(await Promise.all(numbers.map((number) => seedOne(commands, number, emails)))));
  }
  return conversations;
}

async function seedOne(commands: CommandBus, number: number, emails: boolean): Promise<string> {
  const { programId } = sample;
  const contactId = ids.derivedId(naturalId('bench', String(number)), 'contact');
  const conversationId = ids.conversation(programId, contactId, null);
  const details = {
    externalId: null,
    name: `Contact ${number}`,
    phones: [],
    emails: emails ? [`contact-${number}@mail.example`] : [],
    contactType: 'referrer',
    registered: true,
    active: true,
  } as const;
  await commands.execute(new HandleContact(contactId, { type: 'CreateContact', data: details }, seeding(contactId)));
  const start = { conversationId, contactId, referralId: null, by: null };
  await commands.execute(
    new HandleConversation(conversationId, { type: 'StartConversation', data: start }, seeding(conversationId)),
  );
  return conversationId;
}

function seeding(purpose: string): CommandContext {
  const commandId = naturalId('bench', purpose);
  return {
    programId: sample.programId,
    actor: system('bench'),
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date().toISOString(),
  };
}
