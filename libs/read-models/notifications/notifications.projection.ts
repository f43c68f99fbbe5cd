import { deliveryIdOf } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import { reasonInWords, type DeliveryEvent, type DeliveryRequested } from '@app/domain/delivery';
import type { NotificationDecided, NotifiedPerson } from '@app/domain/notification';
import { defineReadModel } from '../define-read-model.js';

/** An email about one message to one person, sent or not. */
export type NotificationRow = {
  /** That of the delivery, also if there is none. */
  readonly id: string;
  readonly programId: string;
  readonly personKind: NotifiedPerson['kind'];
  readonly personId: string;
  readonly channel: 'email';
  readonly conversationId: string;
  readonly messageId: string;
  readonly state: 'waiting' | 'sent' | 'not-sent' | 'uncertain';
  /** Why it was not sent, or is uncertain: our rule, or the mail server's code. */
  readonly reason: string | null;
  readonly reasonInWords: string | null;
  /** The notification whose email tells about this message too. */
  readonly digestId: string | null;
  /** When it was decided, and when the state changed last. */
  readonly decidedAt: string;
  readonly changedAt: string;
  /** Position of the decision. */
  readonly order: string;
};

type Decision = Recorded<DeliveryRequested | NotificationDecided>;

export const notificationsProjection = defineReadModel<NotificationRow>()({
  name: 'notifications',
  handles: [
    'NotificationDecided',
    'DeliveryRequested',
    'DeliveryIncluded',
    'DeliveryAccepted',
    'DeliveryRejected',
    'DeliveryUncertain',
    'DeliveryWithheld',
    'DeliveryExpired',
    'DeliverySettled',
  ],
  indexes: { person: ['personId', 'personKind', 'order'] },
  touches(event) {
    if (event.type === 'DeliveryRequested' && event.data.channel === 'sms') return null;
    if (event.type !== 'NotificationDecided') return event.aggregateId;
    return (event.data.notNotified ?? []).map(({ person }) => idOf(event.data, person));
  },
  evolve(row, event, id) {
    if (event.type === 'NotificationDecided') {
      const found = event.data.notNotified?.find(({ person }) => idOf(event.data, person) === id);
      return found ? { ...begun(event, id, found.person), ...notSent(found.reason) } : row;
    }
    if (event.type === 'DeliveryRequested') return begun(event, id, event.data.recipient);
    if (row === null) return null;
    const changedAt = event.metadata.occurredAt;
    return event.type === 'DeliveryIncluded'
      ? { ...row, digestId: event.data.digestId, changedAt }
      : { ...row, ...next(event), changedAt };
  },
});

const idOf = ({ messageId }: NotificationDecided['data'], { id }: NotifiedPerson): string =>
  deliveryIdOf(messageId, id, 'email');

const begun = ({ data, metadata, position }: Decision, id: string, person: NotifiedPerson): NotificationRow => ({
  id,
  programId: metadata.programId,
  personKind: person.kind,
  personId: person.id,
  channel: 'email',
  conversationId: data.conversationId,
  messageId: data.messageId,
  state: 'waiting',
  reason: null,
  reasonInWords: null,
  digestId: null,
  decidedAt: metadata.occurredAt,
  changedAt: metadata.occurredAt,
  order: position,
});

type Change = Pick<NotificationRow, 'state' | 'reason' | 'reasonInWords'>;

const notSent = (reason: string): Change => ({ state: 'not-sent', reason, reasonInWords: inWords(reason) });

function next(
  event: Extract<
    DeliveryEvent,
    {
      type:
        | 'DeliveryAccepted'
        | 'DeliveryRejected'
        | 'DeliveryUncertain'
        | 'DeliveryWithheld'
        | 'DeliveryExpired'
        | 'DeliverySettled';
    }
  >,
): Change {
  switch (event.type) {
    case 'DeliveryAccepted':
      return { state: 'sent', reason: null, reasonInWords: null };
    case 'DeliveryRejected':
      return notSent(event.data.code);
    case 'DeliveryUncertain':
      return { state: 'uncertain', reason: event.data.cause, reasonInWords: 'It may have been sent' };
    case 'DeliveryWithheld':
      return notSent(event.data.rule);
    case 'DeliveryExpired':
      return notSent('Expired');
    case 'DeliverySettled':
      return event.data.decision === 'resend'
        ? { state: 'waiting', reason: null, reasonInWords: null }
        : { state: 'uncertain', reason: 'Left', reasonInWords: 'It may have been sent' };
  }
}

/** The reasons that are our own rules. */
const rules: Readonly<Record<string, string>> = {
  ProgramEmailsOff: 'The program sends no emails about messages',
  EmailsOff: 'You chose to get no emails about messages',
  Unsubscribed: 'You unsubscribed by the link in an email',
  Muted: 'You muted the conversation',
  AlreadyRead: 'The message had been read before the email was due',
  NotPermitted: 'You may not read the messages of this conversation',
  NotAMember: 'You were no longer a member of the staff',
  ContactInactive: 'Your account was not active',
  NoAddress: 'There was no email address',
  ContentErased: 'The message was erased',
  Expired: 'It could not be sent in time',
};

const inWords = (reason: string): string => rules[reason] ?? reasonInWords(reason);
