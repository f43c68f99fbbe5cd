import { deciderSpec } from '@app/testing';
import { preferenceDecider, type PreferenceCommand } from './preference.decider.js';
import type { NotificationsChosen, PreferenceEvent } from './preference.events.js';

type Chosen = NotificationsChosen['data'];
const data = (choice: Chosen['choice'], via: Chosen['via'] = 'account'): Chosen => ({
  person: { kind: 'member', id: 'anna' },
  channel: 'email',
  choice,
  via,
});
const choose = (...given: Parameters<typeof data>): PreferenceCommand => ({
  type: 'ChooseNotifications',
  data: data(...given),
});
const chosen = (...given: Parameters<typeof data>): PreferenceEvent => ({
  type: 'NotificationsChosen',
  data: data(...given),
});

describe('N4: the notifications that a person wants', () => {
  const preference = deciderSpec(preferenceDecider);

  it('are chosen once, and changed', () => {
    preference.given().when(choose('off')).then(chosen('off'));
    preference.given(chosen('off')).when(choose('off', 'unsubscribe')).thenNothing();
    preference.given(chosen('off')).when(choose('digest_1_hour')).then(chosen('digest_1_hour'));
  });

  it('are the program’s until they are chosen, and again later', () => {
    preference.given().when(choose(null)).thenNothing();
    preference.given(chosen('off', 'unsubscribe')).when(choose(null)).then(chosen(null));
  });
});
