import { CommandBus } from '@nestjs/cqrs';
import {
  HandleContact,
  HandleConversation,
  HandleMember,
  HandleProgram,
  HandleReferral,
  ids,
  system,
} from '@app/application';
import { naturalId, type CommandContext } from '@app/eventing';
import { defaultPolicies } from '@app/domain/program';
import type { INestApplicationContext } from '@nestjs/common';

const programId = naturalId('second', 'program');
const commandIdFor = (purpose: string): string => naturalId('second', purpose);
const contact = (name: string): string => ids.derivedId(commandIdFor(name), 'contact');

/** A second program, with its own people, number and provider account. */
export const second = {
  programId,
  accountSid: `AC${'2'.repeat(32)}`,
  authToken: 'the token of the second account',
  senderPhone: '+14155550200',
  owner: { id: 'oscar', programId, kind: 'member' },
  agent: { id: 'ada', programId, kind: 'member' },
  contact: { id: contact('sam'), programId, kind: 'contact' },
  contactId: contact('sam'),
  contactName: 'Sam Secondprogram',
  contactPhone: '+14155550277',
  referralId: ids.derivedId(commandIdFor('referral'), 'referral'),
  conversationId: ids.conversation(programId, contact('sam'), null),
  text: 'a message of the second program',
} as const;

export async function addSecondProgram(app: INestApplicationContext): Promise<void> {
  const commands = app.get(CommandBus);
  const as = (purpose: string): CommandContext => {
    const commandId = commandIdFor(purpose);
    return {
      programId,
      actor: system('tests'),
      commandId,
      correlationId: commandId,
      causationId: commandId,
      occurredAt: new Date().toISOString(),
    };
  };
  const optInText = { version: '1', text: 'Reply YES to get texts, STOP to opt out.' };
  const links = {
    portalLink: 'https://portal.example/{conversationId}',
    consoleLink: 'https://console.example/{conversationId}',
  };
  await commands.execute(
    new HandleProgram(
      programId,
      { type: 'CreateProgram', data: { programId, name: 'Second', policies: defaultPolicies, optInText, ...links } },
      as('program'),
    ),
  );
  const sender = {
    programId,
    senderId: ids.sender(programId, second.senderPhone),
    phone: second.senderPhone,
    accountSid: second.accountSid,
    authToken: second.authToken,
  };
  await commands.execute(new HandleProgram(programId, { type: 'AddSender', data: sender }, as('sender')));
  for (const [{ id: userId }, role] of [
    [second.owner, 'owner'],
    [second.agent, 'agent'],
  ] as const)
    await commands.execute(
      new HandleMember(
        ids.member(programId, userId),
        {
          type: 'AddMember',
          data: {
            programId,
            memberId: ids.member(programId, userId),
            userId,
            name: userId,
            email: `${userId}@second.example`,
            role,
          },
        },
        as(userId),
      ),
    );
  for (const [who, name, phone] of [
    ['sam', second.contactName, second.contactPhone],
    ['lee', 'Lee Secondprogram', '+14155550278'],
  ] as const) {
    const details = {
      externalId: null,
      name,
      phones: [phone],
      emails: [`${who}@mail.example`],
      contactType: 'referrer',
      registered: true,
      active: true,
    } as const;
    await commands.execute(new HandleContact(contact(who), { type: 'CreateContact', data: details }, as(who)));
  }
  const referral = { referrerId: contact('sam'), referredId: contact('lee'), status: 'new', externalId: null };
  await commands.execute(
    new HandleReferral(second.referralId, { type: 'CreateReferral', data: referral }, as('referral')),
  );
  const { conversationId, contactId } = second;
  const start = { conversationId, contactId, referralId: null, by: null };
  await commands.execute(
    new HandleConversation(conversationId, { type: 'StartConversation', data: start }, as('conversation')),
  );
  const message = {
    channel: 'in-app',
    text: second.text,
    acceptedPosition: null,
    providerMessageId: null,
  } as const;
  await commands.execute(
    new HandleConversation(conversationId, { type: 'ReceiveMessage', data: message }, as('message')),
  );
}
