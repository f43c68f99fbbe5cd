import { defineAggregate } from '@app/kernel';
import { notificationDecider } from './notification.decider.js';
import { notificationEventTypes } from './notification.events.js';

export * from './notification.decider.js';
export * from './notification.events.js';

export const notificationAggregate = defineAggregate({
  category: 'notification',
  decider: notificationDecider,
  events: notificationEventTypes,
});
