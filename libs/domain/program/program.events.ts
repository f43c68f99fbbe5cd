import type { EventTypes, Message, Personal } from '@app/kernel';
import type { Policies, PolicyChoice } from './policies.js';

/** The automatic text that asks for YES, with the version that consent evidence refers to. */
export type OptInText = { readonly version: string; readonly text: string };

/** A company's referral or affiliate program starts to use the product. */
export type ProgramCreated = Message<
  'ProgramCreated',
  {
    programId: string;
    name: string;
    /** The policies chosen when the program was created. */
    policies: Partial<Policies>;
    optInText: OptInText;
    /** Link templates with `{conversationId}`: the contact's portal, and the staff's console. */
    portalLink: string;
    consoleLink: string;
  }
>;
/** A number that sends and receives for the program, with its provider account. */
export type SenderAdded = Message<
  'SenderAdded',
  { programId: string; senderId: string; phone: string; accountSid: string; authToken: Personal<string> }
>;

/** A policy has another value from now on. */
export type PolicyChanged = Message<'PolicyChanged', PolicyChoice & { by: string }>;

/** The program has another name from now on. */
export type ProgramRenamed = Message<'ProgramRenamed', { name: string; by: string }>;

/** The next person is asked for YES in other words. */
export type OptInTextChanged = Message<'OptInTextChanged', { optInText: OptInText; by: string }>;

/** Emails link to other places from now on; the templates are as in `ProgramCreated`. */
export type LinkTemplatesChanged = Message<
  'LinkTemplatesChanged',
  { portalLink: string; consoleLink: string; by: string }
>;

/**
 * The sites that may show the contact’s messages in a widget, as origins (`https://shop.example`); replaces the former
 * list.
 */
export type WidgetOriginsSet = Message<'WidgetOriginsSet', { origins: readonly string[] }>;

/**
 * The number has another provider account, or the account another token; in the second case webhooks may be signed with
 * the former token too.
 */
export type SenderCredentialsChanged = Message<
  'SenderCredentialsChanged',
  { programId: string; senderId: string; accountSid: string; authToken: Personal<string> }
>;

/** Webhooks signed with the former token are no longer accepted. */
export type TokenRotationEnded = Message<'TokenRotationEnded', { programId: string; senderId: string }>;

export type ProgramEvent =
  | ProgramCreated
  | ProgramRenamed
  | OptInTextChanged
  | PolicyChanged
  | SenderAdded
  | SenderCredentialsChanged
  | TokenRotationEnded
  | WidgetOriginsSet
  | LinkTemplatesChanged;

export const programEventTypes = {
  ProgramCreated: { version: 1 },
  ProgramRenamed: { version: 1 },
  OptInTextChanged: { version: 1 },
  PolicyChanged: { version: 1 },
  SenderAdded: { version: 1, sealed: { authToken: 'programId' } },
  SenderCredentialsChanged: { version: 1, sealed: { authToken: 'programId' } },
  TokenRotationEnded: { version: 1 },
  WidgetOriginsSet: { version: 1 },
  LinkTemplatesChanged: { version: 1 },
} as const satisfies EventTypes<ProgramEvent>;
