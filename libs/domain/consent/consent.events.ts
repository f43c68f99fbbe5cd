import type { EventTypes, Message, Personal } from '@app/kernel';

export type Purpose = 'conversational' | 'marketing';

/** Where a ticked form stood, and what it said. */
export type FormEvidence = {
  readonly wording: string;
  readonly wordingVersion: string;
  /** The page or form that showed the wording. */
  readonly source: string;
  /** When the box was ticked; ISO 8601. */
  readonly tickedAt: string;
};

/** `subjectId` is whose key seals the evidence: the address, as often as it was erased. */
type About = { addressId: string; subjectId: string; senderId: string };

/**
 * What the contact texted: the raw text, the provider's id of it, and which version of the list of words made it a keyword.
 * `acceptedPosition` and `acceptedAt` say where and when the text entered the record, which decides its order among others;
 * `sentAt` says when the provider dates it, if it was found in the provider's list.
 */
type TextEvidence = About & {
  keyword: string;
  keywordList: string;
  text: Personal<string>;
  providerMessageId: string;
  acceptedPosition: string;
  acceptedAt: string;
  sentAt: string | null;
};

/** A ticked form; where `optInText` is not null, one text asks for YES. */
export type OptInRequested = Message<
  'OptInRequested',
  About & {
    phone: Personal<string>;
    contactId: string;
    /** Where the automatic text goes: the contact's conversation about the referral, or the general one. */
    referralId: string | null;
    purpose: Purpose;
    evidence: Personal<FormEvidence>;
    /** When the request was accepted; ISO 8601. The form's own date is evidence and decides nothing. */
    requestedAt: string;
    optInText: { version: string; text: string } | null;
  }
>;
/** Another ticked form, where an answer is awaited or Yes was said already: evidence, and the purpose from now on. */
export type OptInFormReceived = Message<
  'OptInFormReceived',
  About & { contactId: string; purpose: Purpose; evidence: Personal<FormEvidence> }
>;
/** By the form alone where the program asks for one step only (`keyword` is null then), else by the contact's text. */
export type OptedIn = Message<
  'OptedIn',
  About &
    Pick<TextEvidence, 'sentAt'> & {
      readonly [Field in 'keyword' | 'keywordList' | 'providerMessageId' | 'acceptedPosition' | 'acceptedAt']:
        TextEvidence[Field] | null;
    } & { text: Personal<string | null> }
>;
/** The contact texted a word that revokes. */
export type OptedOut = Message<'OptedOut', TextEvidence>;
/**
 * The provider refused a text because the number has opted out: we missed a STOP. It is as old as the claim at most, so an
 * opt-in accepted after the claim outweighs it.
 */
export type OptOutLearned = Message<
  'OptOutLearned',
  {
    addressId: string;
    senderId: string;
    deliveryId: string;
    claimId: string;
    errorCode: string;
    claimedPosition: string;
    claimedAt: string;
  }
>;
/** The number texted the sender before any consent: a person may answer. */
export type TextedFirst = Message<'TextedFirst', { addressId: string; senderId: string; providerMessageId: string }>;
/** The person was erased, and with them the evidence of what they agreed to; an opt-out stays. */
export type OptInErased = Message<'OptInErased', { addressId: string; senderId: string }>;

export type ConsentEvent =
  OptInRequested | OptInFormReceived | OptedIn | OptedOut | OptOutLearned | TextedFirst | OptInErased;

export const consentEventTypes = {
  OptInRequested: { version: 1, sealed: { phone: 'subjectId', evidence: 'subjectId' } },
  OptInFormReceived: { version: 1, sealed: { evidence: 'subjectId' } },
  OptedIn: { version: 1, sealed: { text: 'subjectId' } },
  OptedOut: { version: 1, sealed: { text: 'subjectId' } },
  OptOutLearned: { version: 1 },
  TextedFirst: { version: 1 },
  OptInErased: { version: 1 },
} as const satisfies EventTypes<ConsentEvent>;
