import type { Samples } from './sample-types.js';
import { at, phone } from './shared-values.js';

const contact = {
  contactId: 'contact-rita',
  name: 'Rita Referrer',
  phones: [phone],
  addressIds: ['address-1'],
  emails: ['rita@example.com'],
  externalId: 'crm-7',
  contactType: 'referrer',
  registered: true,
  active: true,
  groups: ['VIP'],
  homeLocation: 'Oakland',
  timeZone: { name: 'America/Los_Angeles', source: 'stated' },
} as const;

/** Contacts, their addresses and their referrals. */
export const contactSamples = {
  ContactCreated: contact,
  ContactDetailsChanged: { ...contact, name: 'Rita R.', formerAddressIds: ['address-2'] },
  ContactErased: { contactId: 'contact-rita', addressIds: ['address-1', 'address-2'], by: 'olivia' },
  ContactRemoved: { contactId: 'contact-rita', by: 'anna' },
  ContactRestored: { contactId: 'contact-rita', by: 'anna' },
  LeadCreated: {
    contactId: 'contact-rita',
    conversationId: 'conversation-1',
    firstName: 'Rita',
    lastName: 'Referrer',
    email: 'rita@example.com',
    by: 'anna',
  },
  LeadSubmitted: {
    contactId: 'contact-rita',
    application: 'Quote form',
    firstName: 'Rita',
    lastName: 'Referrer',
    email: 'rita@example.com',
    by: 'website',
  },
  ReferralCreated: {
    referralId: 'referral-1',
    referrerId: 'contact-rita',
    referredId: 'contact-paul',
    status: 'new',
    externalId: 'crm-9',
  },
  ReferralStatusChanged: {
    referralId: 'referral-1',
    referrerId: 'contact-rita',
    referredId: 'contact-paul',
    from: 'new',
    to: 'quoted',
    by: 'anna',
  },
  PayoutRecorded: {
    referralId: 'referral-1',
    referrerId: 'contact-rita',
    externalId: 'payout-1',
    amount: 25_000,
    currency: 'USD',
    paidAt: at,
    by: 'website',
  },
  AddressHeld: { contactId: 'contact-rita' },
  AddressReleased: { contactId: 'contact-rita' },
  AddressTexted: { contactId: 'contact-rita', conversationId: 'conversation-1', senderId: 'sender-1', at },
  AddressErased: { erasures: 1 },
} satisfies Partial<Samples>;
