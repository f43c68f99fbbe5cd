import { DomainError } from '@app/kernel';

export class ConversationNotFound extends DomainError {
  readonly code = 'ConversationNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such conversation in this program');
  }
}
/** The conversation was deleted. A new one with the same contact about the same referral has another id. */
export class ConversationWasDeleted extends DomainError {
  readonly code = 'ConversationDeleted';
  override readonly kind = 'gone';
  constructor() {
    super('This conversation was deleted; start a new one with the contact');
  }
}
