import { isErased } from '@app/kernel';
import { causedBy } from '../commands/ids.js';
import { toConversation } from '../conversation/to-conversation.js';
import { automation, defineReaction } from './define-reaction.js';

/** A consent form is followed by one text that asks for YES, in the conversation that the form belongs to. */
export const askForYes = defineReaction({
  on: ['OptInRequested'],
  keys: ({ data }) => [data.addressId],

  async react(event, { commands, lookups }) {
    const { contactId, referralId, phone, addressId, senderId, optInText } = event.data;
    const { programId } = event.metadata;
    if (await lookups.isErased(programId, contactId)) return;
    const { senders } = await lookups.program(programId);
    const from = senders.find((sender) => sender.senderId === senderId)?.phone;
    if (optInText === null || from === undefined || isErased(phone)) return;
    const context = causedBy(event, automation, 'SendOptInRequest');
    const data = { text: optInText.text, to: phone, route: { senderId, from, addressId } };
    await toConversation(
      commands,
      { contactId, referralId },
      { type: 'SendOptInRequest', data },
      { context, startContext: causedBy(event, automation, 'StartConversation'), source: 'form' },
    );
  },
});
