import type { CommandContext } from '@app/eventing';
import { isErased, type Recorded } from '@app/kernel';
import type { ContactCreated, ContactDetailsChanged } from '@app/domain/contact';
import type { ConsentEvent } from '@app/domain/consent';
import type { ConversationEvent } from '@app/domain/conversation';
import { HandleAddress } from '../address/address.handler.js';
import type { ConversationIntent } from '../conversation/conversation.command.js';
import { causedBy, ids, system } from '../commands/ids.js';

/** `sender` is the id of the program's number from which the opt-in request is sent. */
export type OptInSender = (senderId: string) => { readonly phone: string } | null;

const automation = system('automation');

/** An address stores the owners of a phone number, so that an inbound text finds its contact. */
export function holdAddresses(event: Recorded<ContactCreated | ContactDetailsChanged>): HandleAddress[] {
  const { contactId, addressIds } = event.data;
  const former = event.type === 'ContactDetailsChanged' ? event.data.formerAddressIds : [];
  const command = (type: 'HoldAddress' | 'ReleaseAddress', addressId: string): HandleAddress =>
    new HandleAddress(addressId, { type, data: { contactId } }, causedBy(event, automation, `${type} ${addressId}`));
  return [
    ...addressIds.filter((id) => !former.includes(id)).map((id) => command('HoldAddress', id)),
    ...former.filter((id) => !addressIds.includes(id)).map((id) => command('ReleaseAddress', id)),
  ];
}

/** An address stores the conversation that texted it last, so that the answer joins that one. */
export function noteTexts(event: Recorded<ConversationEvent>): HandleAddress[] {
  if ((event.type !== 'MessageSent' && event.type !== 'AutomatedTextSent') || event.data.route === null) return [];
  const { contactId, route } = event.data;
  const data = {
    contactId,
    conversationId: event.aggregateId,
    senderId: route.senderId,
    at: event.metadata.occurredAt,
  };
  return [new HandleAddress(route.addressId, { type: 'NoteText', data }, causedBy(event, automation, 'NoteText'))];
}

/**
 * The command that an event causes in a conversation, and the contexts for that command and for starting the
 * conversation.
 */
type Asked = {
  readonly intent: ConversationIntent;
  readonly context: CommandContext;
  readonly startContext: CommandContext;
};

/** A consent form is followed by one text that asks for YES, in the conversation that the form belongs to. */
export function askForYes(event: Recorded<ConsentEvent>, sender: OptInSender): Asked | null {
  if (event.type !== 'OptInRequested' || event.data.optInText === null) return null;
  const { phone, addressId, senderId, optInText } = event.data;
  const from = sender(senderId)?.phone;
  if (from === undefined || isErased(phone)) return null;
  const context = causedBy(event, automation, 'SendOptInRequest');
  const messageId = ids.derivedId(context.commandId, 'message');
  const intent = {
    type: 'SendOptInRequest',
    data: { messageId, text: optInText.text, to: phone, route: { senderId, from, addressId } },
  } as const;
  return { intent, context, startContext: causedBy(event, automation, 'StartConversation') };
}
