import { decideByType, type Decider, type Message } from '@app/kernel';
import type { AddressEvent, AddressHeld, AddressReleased, AddressTexted } from './address.events.js';

export type AddressCommand =
  | Message<'HoldAddress', AddressHeld['data']>
  | Message<'ReleaseAddress', AddressReleased['data']>
  | Message<'NoteText', AddressTexted['data']>
  | Message<'EraseAddress', Record<string, never>>;

/**
 * The owners of a phone number, the last text to it from each sender, and the number of texts to it on the last day
 * (UTC) with any.
 */
export type Address = {
  readonly holders: readonly string[];
  readonly lastTexted: Readonly<
    Record<string, { readonly contactId: string; readonly conversationId: string; readonly at: string }>
  >;
  readonly texts: { readonly day: string; readonly count: number };
  readonly erasures: number;
};

/**
 * The subject whose key seals content from an address. An erasure destroys the key, so the next content needs a new
 * subject.
 */
export const sealingSubject = (addressId: string, erasures: number): string =>
  erasures === 0 ? addressId : `${addressId}.${erasures}`;

export const addressDecider: Decider<Address, AddressCommand, AddressEvent> = {
  initialState: { holders: [], lastTexted: {}, texts: { day: '', count: 0 }, erasures: 0 },

  decide: decideByType<Address, AddressCommand, AddressEvent>({
    HoldAddress: (data, { holders }) => (holders.includes(data.contactId) ? [] : [{ type: 'AddressHeld', data }]),
    ReleaseAddress: (data, { holders }) =>
      holders.includes(data.contactId) ? [{ type: 'AddressReleased', data }] : [],
    NoteText: (data) => [{ type: 'AddressTexted', data }],
    // Content from a number that several people share does not belong to one of them alone.
    EraseAddress: (_data, { holders, erasures }) =>
      holders.length > 0 ? [] : [{ type: 'AddressErased', data: { erasures: erasures + 1 } }],
  }),

  evolve(state, event) {
    switch (event.type) {
      case 'AddressHeld':
        return { ...state, holders: [...state.holders, event.data.contactId] };
      case 'AddressReleased':
        return { ...state, holders: state.holders.filter((holder) => holder !== event.data.contactId) };
      case 'AddressTexted': {
        const { senderId, ...text } = event.data;
        return {
          ...state,
          lastTexted: { ...state.lastTexted, [senderId]: text },
          texts: counted(state.texts, text.at),
        };
      }
      case 'AddressErased':
        return { ...state, lastTexted: {}, erasures: event.data.erasures };
    }
  },
};

function counted(texts: Address['texts'], at: string): Address['texts'] {
  const day = at.slice(0, 10);
  if (day > texts.day) return { day, count: 1 };
  // A text of the previous day that was noted after midnight.
  return day < texts.day ? texts : { day, count: texts.count + 1 };
}

const JOIN_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Where an inbound text goes: a contact, or `null` for an unknown number; and a conversation, or `null` for the
 * contact's general one.
 */
export type Recipient = { readonly contactId: string | null; readonly conversationId: string | null };

/**
 * The text joins the conversation that last texted the number from that sender within 30 days. Otherwise it goes to the
 * contact last texted at the number by any sender, then to the only owner of the number, then to a new contact for the
 * number. A contact who no longer has the number is ignored.
 */
export function recipientOf({ holders, lastTexted }: Address, senderId: string, at: string): Recipient {
  const bySender = lastTexted[senderId];
  if (bySender && holders.includes(bySender.contactId) && Date.parse(at) - Date.parse(bySender.at) <= JOIN_WINDOW_MS)
    return { contactId: bySender.contactId, conversationId: bySender.conversationId };
  const texted = Object.values(lastTexted).filter(({ contactId }) => holders.includes(contactId));
  const [last] = texted.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const [only, ...others] = holders;
  return { contactId: last?.contactId ?? (others.length === 0 ? (only ?? null) : null), conversationId: null };
}
