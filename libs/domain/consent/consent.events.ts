import type { EventTypes, Message, Personal } from '@app/kernel';

export type Purpose = 'conversational' | 'marketing';

/** Where a consent form was shown, and its wording. */
export type FormEvidence = {
  readonly wording: string;
  readonly wordingVersion: string;
  /** The page or form that showed the wording. */
  readonly source: string;
  /** When the box was ticked; ISO 8601. */
  readonly tickedAt: string;
};

/** `subjectId` is the subject whose key seals the evidence: the address, with the number of its erasures. */
type About = { addressId: string; subjectId: string; senderId: string };

/**
 * The keyword text of the contact: the raw text, the provider's id of it, and the version of the keyword list.
 * `acceptedPosition` and `acceptedAt` say where and when the text was accepted, which decides its order among other
 * keywords; `sentAt` is the provider's date, if the text was found in the provider's list.
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

/** A consent form was submitted; if `optInText` is not null, one text asks for YES. */
export type OptInRequested = Message<
  'OptInRequested',
  About & {
    phone: Personal<string>;
    contactId: string;
    /** The conversation of the automatic text: the contact's conversation about the referral, or the general one. */
    referralId: string | null;
    purpose: Purpose;
    evidence: Personal<FormEvidence>;
    /** When the request was accepted; ISO 8601. The form's own date is evidence and decides nothing. */
    requestedAt: string;
    optInText: { version: string; text: string } | null;
  }
>;
/** Another consent form, while an answer is pending or after a Yes: further evidence, and the purpose from now on. */
export type OptInFormReceived = Message<
  'OptInFormReceived',
  About & { contactId: string; purpose: Purpose; evidence: Personal<FormEvidence> }
>;
/**
 * By the form alone if the program requires only one step (`keyword` is null then), otherwise by the contact's text.
 */
export type OptedIn = Message<
  'OptedIn',
  About &
    Pick<TextEvidence, 'sentAt'> & {
      readonly [Field in 'keyword' | 'keywordList' | 'providerMessageId' | 'acceptedPosition' | 'acceptedAt']:
        TextEvidence[Field] | null;
    } & { text: Personal<string | null> }
>;
/** The contact texted an opt-out keyword. */
export type OptedOut = Message<'OptedOut', TextEvidence>;
/**
 * The provider refused a text because the number has opted out: we missed a STOP. It is dated by the claim, so an
 * opt-in accepted after the claim takes precedence.
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
/** The number texted the sender before any consent: staff may answer. */
export type TextedFirst = Message<'TextedFirst', { addressId: string; senderId: string; providerMessageId: string }>;
/** The person was erased, including the evidence of what they agreed to; an opt-out stays. */
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
