import { defineReaction } from './define-reaction.js';

/** Routes an inbound text to its conversation. */
export const routeInbound = defineReaction({
  on: ['InboundReceived'],
  keys: ({ data }) => [data.addressId],
  react: (event, { router }) => router.route(event),
});
