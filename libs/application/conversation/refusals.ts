import { DomainError, type ErrorKind } from '@app/kernel';
import { TextLimitReached, TextsDisabled } from '@app/domain/consent';
import type { SendRule } from '@app/domain/conversation';
import { MessagesDisabled } from '@app/domain/program';

const refusals: Readonly<Record<SendRule, string>> = {
  NoConsent: 'The contact has not agreed to be texted by this sender',
  ConsentPending: 'The contact has not yet answered YES to the opt-in request',
  RecipientOptedOut: 'The contact has opted out of texts; they can opt in again only by texting START from the number',
  ContactNotRegistered: 'The contact has no portal account and cannot read messages in the app',
  ContactInactive: 'The contact is not active',
  ContactRemoved: 'The contact was removed from the program and cannot read messages in the app',
  ContactErased: 'The contact was erased; no more messages can be sent',
  TextLimitReached: new TextLimitReached().message,
  TextsDisabled: new TextsDisabled().message,
  MessagesDisabled: new MessagesDisabled().message,
  UnansweredMessage:
    'The contact has not answered the first message and is not enrolled; a second one can be sent after an answer',
};

/** Nothing was sent, and the refusal is stored. `code` is the rule. */
export class SendRefusedError extends DomainError {
  readonly code: SendRule;
  override readonly kind: ErrorKind;
  /** @param optedOutOf the program's number that received the opt-out */
  constructor(rule: SendRule, optedOutOf: string | null) {
    super(optedOutOf === null ? refusals[rule] : `${refusals[rule]}. The opt-out came to ${optedOutOf}`);
    this.code = rule;
    this.kind = rule === 'ContactErased' ? 'gone' : 'conflict';
  }
}
/** No conversation was started, since the contact could not read it. `code` is the rule. */
export class NotReachableInApp extends DomainError {
  readonly code: SendRule;
  constructor(rule: SendRule) {
    super(refusals[rule]);
    this.code = rule;
  }
}
export class DeletionNotAllowed extends DomainError {
  readonly code = 'DeletionNotAllowed';
  constructor() {
    super(
      'The program does not allow deleting conversations: its policy conversationDeletion is never; archive it instead',
    );
  }
}
export class NoSender extends DomainError {
  readonly code = 'NoSender';
  constructor() {
    super('The program has no number to text from');
  }
}
export class ContactHasNoPhone extends DomainError {
  readonly code = 'ContactHasNoPhone';
  constructor() {
    super('The contact has no phone number');
  }
}
