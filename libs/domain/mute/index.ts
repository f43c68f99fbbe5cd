import { defineAggregate } from '@app/kernel';
import { muteDecider } from './mute.decider.js';
import { muteEventTypes } from './mute.events.js';

export * from './mute.decider.js';
export * from './mute.events.js';

/** The staff who muted a conversation; the id is the conversation's. */
export const muteAggregate = defineAggregate({
  category: 'mute',
  decider: muteDecider,
  events: muteEventTypes,
});
