import type { Samples } from './sample-types.js';

/** Programs, their members and their senders. */
export const programSamples = {
  ProgramCreated: {
    programId: 'program-1',
    name: 'Acme Referrals',
    policies: { consentMode: 'double_opt_in', replyToInbound: 'allowed', optOutScope: 'all' },
    optInText: { version: '1', text: 'Reply YES to get texts, STOP to opt out' },
    portalLink: 'https://portal.example.com/{conversationId}',
    consoleLink: 'https://console.example.com/{conversationId}',
  },
  MemberAdded: {
    programId: 'program-1',
    memberId: 'member-1',
    userId: 'anna',
    name: 'Anna Agent',
    email: 'anna@example.com',
    role: 'agent',
  },
  MemberRoleChanged: { userId: 'anna', role: 'manager', by: 'olivia' },
  PermissionGiven: { userId: 'anna', permission: 'deliveries:settle', by: 'olivia' },
  PermissionWithdrawn: { userId: 'anna', permission: 'conversations:write', by: 'olivia' },
  MemberRemoved: { userId: 'anna', by: 'olivia', successor: 'alex' },
  OwnerReleased: { userId: 'anna', term: 1, by: 'olivia' },
  ConversationsHandedOver: { userId: 'anna', againAt: '2026-01-05T09:02:00.000Z' },
  TokenRotationEnded: { programId: 'program-1', senderId: 'sender-1' },
  PolicyChanged: { name: 'replyToInbound', value: 'needs_consent', by: 'olivia' },
  ProgramRenamed: { name: 'Acme Partners', by: 'olivia' },
  OptInTextChanged: { optInText: { version: '2', text: 'Reply YES for texts, STOP to opt out' }, by: 'olivia' },
  WidgetOriginsSet: { origins: ['https://shop.example'] },
  LinkTemplatesChanged: {
    portalLink: 'https://portal.example.com/talk/{conversationId}',
    consoleLink: 'https://console.example.com/talk/{conversationId}',
    by: 'olivia',
  },
  SenderCredentialsChanged: {
    programId: 'program-1',
    senderId: 'sender-1',
    accountSid: 'AC2',
    authToken: 'another-token-of-the-provider',
  },
  SenderAdded: {
    programId: 'program-1',
    senderId: 'sender-1',
    phone: '+15550001111',
    accountSid: 'AC1',
    authToken: 'a-token-of-the-provider',
  },
} satisfies Partial<Samples>;
