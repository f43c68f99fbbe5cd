import { decideByType, type Decider, type EmailChoice, type Message } from '@app/kernel';
import type { NotificationsChosen, PreferenceEvent } from './preference.events.js';

export type PreferenceCommand = Message<'ChooseNotifications', NotificationsChosen['data']>;

/** How a person wants to be notified. `email` is `null` for somebody who leaves it to the program. */
export type Preference = {
  readonly email: EmailChoice | null;
  readonly via: NotificationsChosen['data']['via'] | null;
};

export const preferenceDecider: Decider<Preference, PreferenceCommand, PreferenceEvent> = {
  initialState: { email: null, via: null },

  decide: decideByType<Preference, PreferenceCommand, PreferenceEvent>({
    ChooseNotifications: (data, { email }) => (data.choice === email ? [] : [{ type: 'NotificationsChosen', data }]),
  }),

  evolve: (_state, { data: { choice, via } }) => ({ email: choice, via }),
};
