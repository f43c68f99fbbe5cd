import { HandleAddress } from '../address/address.handler.js';
import { causedBy } from '../commands/ids.js';
import { automation, defineReaction } from './define-reaction.js';

/** An address stores the conversation that texted it last, so that the answer joins that one. */
export const noteTexts = defineReaction({
  on: ['MessageSent', 'AutomatedTextSent'],
  // An in-app message has no route.
  concerns: ({ data }) => data.route !== null,
  keys: ({ data }) => (data.route === null ? [] : [data.route.addressId]),

  async react(event, { commands }) {
    const { contactId, route } = event.data;
    if (route === null) return;
    const data = {
      contactId,
      conversationId: event.aggregateId,
      senderId: route.senderId,
      at: event.metadata.occurredAt,
    };
    await commands.execute(
      new HandleAddress(route.addressId, { type: 'NoteText', data }, causedBy(event, automation, 'NoteText')),
    );
  },
});
