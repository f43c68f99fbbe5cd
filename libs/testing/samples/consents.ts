import type { Samples } from './sample-types.js';
import { at, claimId, phone, place, whose } from './shared-values.js';

export const consentSamples = {
  OptInRequested: {
    ...whose,
    contactId: 'contact-rita',
    referralId: 'referral-1',
    phone,
    purpose: 'conversational',
    evidence: {
      wording: 'Text me about my referrals',
      wordingVersion: '3',
      source: 'https://example.com/join',
      tickedAt: at,
    },
    requestedAt: at,
    optInText: { version: '1', text: 'Reply YES to get texts, STOP to opt out' },
  },
  OptInFormReceived: {
    ...whose,
    contactId: 'contact-rita',
    purpose: 'marketing',
    evidence: {
      wording: 'Send me offers',
      wordingVersion: '4',
      source: 'https://example.com/offers',
      tickedAt: '2026-01-06T09:00:00.000Z',
    },
  },
  OptedIn: {
    ...whose,
    keyword: 'YES',
    keywordList: '2026-11-24',
    text: 'Yes!',
    providerMessageId: 'SM1',
    acceptedPosition: '0000000000000005',
    acceptedAt: at,
    sentAt: null,
  },
  OptedOut: {
    ...whose,
    keyword: 'STOP',
    keywordList: '2026-11-24',
    text: 'stop.',
    providerMessageId: 'SM2',
    acceptedPosition: place,
    acceptedAt: at,
    sentAt: null,
  },
  OptOutLearned: {
    addressId: 'address-1',
    senderId: 'sender-1',
    deliveryId: 'delivery-1',
    claimId,
    errorCode: '21610',
    claimedPosition: place,
    claimedAt: at,
  },
  OptInErased: { addressId: 'address-1', senderId: 'sender-1' },
  TextedFirst: { addressId: 'address-1', senderId: 'sender-1', providerMessageId: 'SM4' },
} satisfies Partial<Samples>;
