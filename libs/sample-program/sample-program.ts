import { randomUUID } from 'node:crypto';
import { CommandBus } from '@nestjs/cqrs';
import {
  HandleBlock,
  HandleContact,
  HandleConversation,
  HandleMember,
  HandleProgram,
  HandleReferral,
  ids,
  system,
} from '@app/application';
import { naturalId, type CommandContext } from '@app/eventing';
import type { ContactDetails } from '@app/domain/contact';
import { defaultPolicies } from '@app/domain/program';
import type { Identity } from '@app/platform';
import type { MemberRole } from '@app/kernel';

const programId = naturalId('sample', 'program');
const commandIdFor = (purpose: string): string => naturalId('sample', purpose);
// Ids derived from the sample's own commands, so that they are the same in every installation and contain nobody's
// data.
const contact = (name: string): string => ids.derivedId(commandIdFor(name), 'contact');
const member = <Id extends string>(id: Id) => ({ id, programId, kind: 'member' }) as const;
const referral = (name: string): string => ids.derivedId(commandIdFor(`referral ${name}`), 'referral');

/** A small program for trying the product. */
export const sample = {
  programId,
  /** The number it texts from, unless another one is configured. */
  senderPhone: '+14155550100',
  owner: member('olivia'),
  manager: member('morgan'),
  agent: member('alex'),
  reader: member('riley'),
  viewer: member('vivian'),
  /** A machine: the program's website. */
  integration: member('website'),
  contact: { id: contact('rosa'), programId, kind: 'contact' },
  /** A contact whose messages are kept out of the inbox. */
  blockedId: contact('sven'),
  referralId: referral('dana'),
  secondReferralId: referral('felix'),
  conversationId: ids.conversation(programId, contact('rosa'), referral('felix')),
} as const satisfies Record<string, string | Identity>;

type Account = { readonly senderPhone?: string; readonly accountSid: string; readonly authToken: string };

/** Loads the sample. Every command has a fixed id, so loading again, or after a kill in the middle, adds nothing. */
export async function loadSample(
  commands: CommandBus,
  { senderPhone = sample.senderPhone, ...account }: Account,
): Promise<void> {
  const as = (purpose: string): CommandContext => {
    const commandId = commandIdFor(purpose);
    return {
      programId,
      actor: system('sample'),
      commandId,
      correlationId: commandId,
      causationId: commandId,
      occurredAt: new Date().toISOString(),
      isDerived: true,
    };
  };
  await commands.execute(new HandleProgram(programId, { type: 'CreateProgram', data: program }, as('program')));
  const senderId = ids.sender(programId, senderPhone);
  // Without a fixed id: the account may have changed since the last start.
  await commands.execute(
    new HandleProgram(
      programId,
      { type: 'AddSender', data: { programId, senderId, phone: senderPhone, ...account } },
      as(`sender ${randomUUID()}`),
    ),
  );
  await commands.execute(
    new HandleProgram(
      programId,
      { type: 'SetWidgetOrigins', data: { origins: ['https://www.sunrise-solar.example'] } },
      as('widget'),
    ),
  );
  for (const { id: userId, role, name } of staff)
    await commands.execute(
      new HandleMember(
        ids.member(programId, userId),
        {
          type: 'AddMember',
          data: {
            programId,
            memberId: ids.member(programId, userId),
            userId,
            name,
            email: `${userId}@sunrise-solar.example`,
            role,
          },
        },
        as(userId),
      ),
    );
  for (const [name, details] of contacts)
    await commands.execute(new HandleContact(contact(name), { type: 'CreateContact', data: details }, as(name)));
  for (const [referred, status] of referrals) {
    const data = { referrerId: contact('rosa'), referredId: contact(referred), status, externalId: null };
    await commands.execute(
      new HandleReferral(referral(referred), { type: 'CreateReferral', data }, as(`referral ${referred}`)),
    );
  }
  await commands.execute(
    new HandleReferral(
      referral('felix'),
      { type: 'ChangeReferralStatus', data: { status: 'called back', by: sample.agent.id } },
      as('referral felix called back'),
    ),
  );
  const payout = { externalId: 'bonus-1', amount: 15_000, currency: 'USD', paidAt: '2026-01-05T09:00:00.000Z' };
  await commands.execute(
    new HandleReferral(
      referral('felix'),
      { type: 'RecordPayout', data: { ...payout, by: sample.integration.id } },
      as('payout'),
    ),
  );
  const { conversationId } = sample;
  const start = {
    conversationId,
    contactId: contact('rosa'),
    referralId: referral('felix'),
    by: null,
    source: 'portal',
  } as const;
  await commands.execute(
    new HandleConversation(conversationId, { type: 'StartConversation', data: start }, as('conversation')),
  );
  const message = {
    channel: 'in-app',
    text: 'Hi! Felix asked me whether the spring bonus still counts for him?',
    acceptedPosition: null,
    providerMessageId: null,
    source: 'portal',
  } as const;
  const fromRosa: CommandContext = { ...as('message'), actor: { kind: 'contact', id: contact('rosa') } };
  await commands.execute(new HandleConversation(conversationId, { type: 'ReceiveMessage', data: message }, fromRosa));
  const note = { by: sample.agent.id, text: 'The spring bonus ended on Friday; Morgan decides.', mentions: [] };
  const byAgent: CommandContext = { ...as('note'), actor: { kind: 'staff', id: sample.agent.id } };
  await commands.execute(new HandleConversation(conversationId, { type: 'AddNote', data: note }, byAgent));
  const label = { label: 'spring bonus', by: sample.agent.id };
  const labels: CommandContext = { ...as('label'), actor: byAgent.actor };
  await commands.execute(new HandleConversation(conversationId, { type: 'LabelConversation', data: label }, labels));
  const block = { blockId: sample.blockedId, kind: 'contact', subjectId: sample.blockedId, phone: null } as const;
  const placing: CommandContext = { ...as('block'), actor: byAgent.actor };
  await commands.execute(
    new HandleBlock(sample.blockedId, { type: 'PlaceBlock', data: { ...block, by: sample.agent.id } }, placing),
  );
}

const program = {
  programId,
  name: 'Sunrise Solar',
  policies: defaultPolicies,
  optInText: {
    version: '2026-01',
    text: 'Sunrise Solar: reply YES to get texts about your referrals. Message and data rates may apply. Reply STOP to opt out, HELP for help.',
  },
  portalLink: 'https://portal.sunrise-solar.example/messages/{conversationId}',
  consoleLink: 'https://console.sunrise-solar.example/conversations/{conversationId}',
};

const staff: readonly { readonly id: string; readonly role: MemberRole; readonly name: string }[] = [
  { ...sample.owner, role: 'owner', name: 'Olivia Owner' },
  { ...sample.manager, role: 'manager', name: 'Morgan Manager' },
  { ...sample.agent, role: 'agent', name: 'Alex Agent' },
  { ...sample.reader, role: 'reader', name: 'Riley Reader' },
  { ...sample.viewer, role: 'viewer', name: 'Vivian Viewer' },
  { ...sample.integration, role: 'integration', name: 'Website' },
];

const contacts: readonly (readonly [name: string, Partial<ContactDetails>])[] = [
  [
    'rosa',
    {
      name: 'Rosa Referrer',
      phones: ['+14155550132'],
      emails: ['rosa@mail.example'],
      contactType: 'referrer',
      registered: true,
      groups: ['Neighbours'],
      homeLocation: 'San Rafael',
      timeZone: { name: 'America/Los_Angeles', source: 'stated' },
    },
  ],
  [
    'dana',
    {
      name: 'Dana Newroof',
      phones: ['+14155550133'],
      emails: ['dana@mail.example'],
      contactType: 'referred',
    },
  ],
  ['sven', { name: 'Sven Seller', phones: ['+14155550134'], emails: [], contactType: 'client' }],
  ['felix', { name: 'Felix Flat', phones: [], emails: ['felix@mail.example'], contactType: 'referred' }],
];

const referrals = [
  ['dana', 'site visit planned'],
  ['felix', 'new'],
] as const;
