import type { CommandBus } from '@nestjs/cqrs';
import { sealingSubject, type AddressCommand, type AddressEvent } from '@app/domain/address';
import type { ContactErased } from '@app/domain/contact';
import type { Recorded } from '@app/kernel';
import { HandleAddress } from '../address/address.handler.js';
import { causedBy, ids } from '../commands/ids.js';
import { HandleConsent } from '../consent/consent.command.js';
import { automation, defineReaction, type ReactionServices } from './define-reaction.js';

/** Once the erasure is stored, destroys the contact's key, and the keys of content from numbers that nobody else has. */
export const eraseContact = defineReaction({
  on: ['ContactErased'],
  keys: ({ data }) => data.addressIds,

  async react(event, services) {
    const { contactId, addressIds } = event.data;
    const { commands, keyring } = services;
    for (const addressId of addressIds) {
      await toAddress(commands, event, addressId, { type: 'ReleaseAddress', data: { contactId } });
      const erased = await toAddress(commands, event, addressId, { type: 'EraseAddress', data: {} });
      for (const { type, data } of erased) {
        if (type !== 'AddressErased') continue;
        await eraseOptIns(services, event, addressId);
        await keyring.destroy(sealingSubject(addressId, data.erasures - 1));
      }
    }
    await keyring.destroy(contactId);
  },
});

async function toAddress(
  commands: CommandBus,
  event: Recorded<ContactErased>,
  addressId: string,
  intent: AddressCommand,
): Promise<readonly AddressEvent[]> {
  const { events } = await commands.execute(
    new HandleAddress(addressId, intent, causedBy(event, automation, `${intent.type} ${addressId}`)),
  );
  return events as readonly Recorded<AddressEvent>[];
}

/** A consent without evidence ends, whoever gets the number next. */
async function eraseOptIns(
  { commands, lookups }: ReactionServices,
  event: Recorded<ContactErased>,
  addressId: string,
): Promise<void> {
  const { programId } = event.metadata;
  const { senders } = await lookups.program(programId);
  for (const { senderId } of senders) {
    const intent = { type: 'EraseOptIn', data: { addressId, senderId } } as const;
    await commands.execute(
      new HandleConsent(
        ids.consent(programId, addressId, senderId),
        intent,
        causedBy(event, automation, `EraseOptIn ${addressId} ${senderId}`),
      ),
    );
  }
}
