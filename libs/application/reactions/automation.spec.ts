import type { Command, CommandBus } from '@nestjs/cqrs';
import { inOrderPerKey, type EventLog, type Keyring, type UploadedFiles } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { addressDecider, type Address } from '@app/domain/address';
import type { ContactEvent } from '@app/domain/contact';
import { newRecord, samples } from '@app/testing';
import { Automation } from './automation.js';
import type { HandleAddress } from '../address/address.handler.js';
import type { WithdrawExports } from '../export/withdraw-exports.js';
import type { InboundRouter } from '../inbound/inbound-router.js';
import type { Lookups } from '../lookups/lookups.js';

describe('automation with concurrent events', () => {
  const record = newRecord();
  const moved = (addressIds: string[], formerAddressIds: string[]) =>
    record('contact-rita', {
      type: 'ContactDetailsChanged',
      data: { ...samples.ContactDetailsChanged, contactId: 'rita', addressIds, formerAddressIds },
    }) as Recorded<ContactEvent>;

  it('M14: a number added and removed in a row ends in its last state, however slow the first event is', async () => {
    const addresses = new Map<string, Address>([['a', { ...addressDecider.initialState, holders: ['rita'] }]]);
    const events = [moved(['b'], ['a']), moved(['a'], ['b'])];
    const execute = async ({ id, intent, context }: HandleAddress): Promise<void> => {
      for (let turns = context.causationId === events[0]?.eventId ? 20 : 0; turns > 0; turns -= 1)
        await new Promise(setImmediate);
      const address = addresses.get(id) ?? addressDecider.initialState;
      addresses.set(
        id,
        addressDecider.decide(intent, address).reduce((state, event) => addressDecider.evolve(state, event), address),
      );
    };
    const automation = new Automation(
      { execute: (command: Command<unknown>) => execute(command as HandleAddress) } as unknown as CommandBus,
      {} as EventLog,
      {} as Keyring,
      {} as Lookups,
      {} as InboundRouter,
      {} as WithdrawExports,
      {} as UploadedFiles,
    );
    await inOrderPerKey(events, Automation.keysOf, (event) => automation.react(event));
    expect([addresses.get('a')?.holders, addresses.get('b')?.holders]).toEqual([['rita'], []]);
  });

  it.each([
    'InboundReceived',
    'OptInRequested',
    'ContactCreated',
    'ContactErased',
    'ContactDetailsChanged',
    'MessageSent',
    'AutomatedTextSent',
  ] as const)('rule 13: %s that does not match its type stops nobody, and is parked by its stream', (type) => {
    for (const data of [{}, { addressId: 7, addressIds: [7], formerAddressIds: [], route: {} }])
      expect(Automation.keysOf(record('conversation-1', { type, data } as Message) as Recorded<Message>)).toEqual([]);
  });

  it('rule 13: an in-app message causes nothing, and an outgoing text does', () => {
    const sent = (change: object) =>
      record('conversation-1', {
        type: 'MessageSent',
        data: { ...samples.MessageSent, ...change },
      }) as Recorded<Message>;
    expect([
      Automation.concerns(sent({})),
      Automation.concerns(sent({ channel: 'in-app', to: null, route: null })),
    ]).toEqual([true, false]);
  });
});
