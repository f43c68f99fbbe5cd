import { deliveryIdOf } from '@app/eventing';
import type { DeliveryRequested } from '@app/domain/delivery';
import type { NotificationDecided } from '@app/domain/notification';
import type { Recorded } from '@app/kernel';
import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { notificationsProjection } from './notifications.projection.js';

const stream = 'delivery-1';
const notifications = projectionSpec(notificationsProjection);
const requested: DeliveryRequested = {
  type: 'DeliveryRequested',
  data: { ...samples.DeliveryRequested, channel: 'email', recipient: { kind: 'contact', id: 'contact-rita' } },
};

describe('N4: notifications', () => {
  it('show an email from its request to its outcome', () => {
    const record = newRecord();
    const begun = record(stream, requested);
    const row = { personKind: 'contact', personId: 'contact-rita', channel: 'email' } as const;
    notifications
      .given()
      .when(begun)
      .then({ ...row, state: 'waiting', reason: null });
    notifications
      .given(begun)
      .when(record(stream, sampleOf('DeliveryAccepted')))
      .then({ ...row, state: 'sent' });
    notifications
      .given(begun)
      .when(record(stream, { type: 'DeliveryWithheld', data: { ...samples.DeliveryWithheld, rule: 'AlreadyRead' } }))
      .then({ state: 'not-sent', reason: 'AlreadyRead', reasonInWords: expect.stringContaining('read') as string });
    notifications
      .given(begun)
      .when(record(stream, sampleOf('DeliveryUncertain')))
      .then({ state: 'uncertain' });
  });

  it('show why somebody got no email', () => {
    const decided: NotificationDecided = {
      type: 'NotificationDecided',
      data: {
        ...samples.NotificationDecided,
        notNotified: [{ person: { kind: 'member', id: 'ben' }, reason: 'Muted' }],
      },
    };
    notifications
      .given()
      .when(newRecord()('notification-message-3', decided) as Recorded<NotificationDecided>)
      .then({ id: deliveryIdOf('message-3', 'ben', 'email'), personId: 'ben', state: 'not-sent', reason: 'Muted' });
  });

  it('show no text', () => {
    const sms = newRecord()(stream, { ...requested, data: { ...requested.data, channel: 'sms' } });
    notifications.given().when(sms).thenNothing();
  });
});
