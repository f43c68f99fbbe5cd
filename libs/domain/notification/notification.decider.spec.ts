import { deciderSpec } from '@app/testing';
import { notificationDecider } from './notification.decider.js';
import type { NotifiedPerson } from './notification.events.js';

const about = { messageId: 'message-1', conversationId: 'conversation-1' };
const anna: NotifiedPerson = { kind: 'member', id: 'anna' };
const decided = (...people: NotifiedPerson[]) => ({ type: 'NotificationDecided', data: { ...about, people } }) as const;
const decide = (...people: NotifiedPerson[]) => ({ type: 'DecideNotification', data: { ...about, people } }) as const;

describe('notification', () => {
  const notification = deciderSpec(notificationDecider);

  it('N3: the people notified are decided once', () => {
    notification.given().when(decide(anna)).then(decided(anna));
    notification
      .given(decided(anna))
      .when(decide(anna, { kind: 'member', id: 'bob' }))
      .thenNothing();
  });

  it('N3: the decision may be nobody', () => {
    notification.given().when(decide()).then(decided());
    notification.given(decided()).when(decide(anna)).thenNothing();
  });
});
