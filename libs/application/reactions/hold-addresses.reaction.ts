import type { ContactCreated, ContactDetailsChanged } from '@app/domain/contact';
import { causedBy } from '../commands/ids.js';
import { HandleAddress } from '../address/address.handler.js';
import { automation, defineReaction } from './define-reaction.js';

/** An address stores the owners of a phone number, so that an inbound text finds its contact. */
export const holdAddresses = defineReaction({
  on: ['ContactCreated', 'ContactDetailsChanged'],
  // Includes removed numbers: for a number that is removed and added again, the last change must win.
  keys: (event) => [...event.data.addressIds, ...formerOf(event)],

  async react(event, { commands }) {
    const { contactId, addressIds } = event.data;
    const former = formerOf(event);
    const give = (type: 'HoldAddress' | 'ReleaseAddress', addressId: string): Promise<unknown> =>
      commands.execute(
        new HandleAddress(
          addressId,
          { type, data: { contactId } },
          causedBy(event, automation, `${type} ${addressId}`),
        ),
      );
    for (const id of addressIds) if (!former.includes(id)) await give('HoldAddress', id);
    for (const id of former) if (!addressIds.includes(id)) await give('ReleaseAddress', id);
  },
});

const formerOf = (event: ContactCreated | ContactDetailsChanged): readonly string[] =>
  event.type === 'ContactDetailsChanged' ? event.data.formerAddressIds : [];
