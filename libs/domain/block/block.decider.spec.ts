import { deciderSpec } from '@app/testing';
import { blockDecider, BlockNotFound, NotBlocked, type BlockCommand } from './block.decider.js';
import type { BlockEvent } from './block.events.js';

const block = deciderSpec(blockDecider);
const whom = { blockId: 'rita', kind: 'contact', subjectId: 'rita', phone: null, by: 'anna' } as const;
const place: BlockCommand = { type: 'PlaceBlock', data: whom };
const placed: BlockEvent = { type: 'BlockPlaced', data: whom };
const lift: BlockCommand = { type: 'LiftBlock', data: { blockId: 'rita', by: 'ben' } };
const lifted: BlockEvent = { type: 'BlockLifted', data: { blockId: 'rita', by: 'ben' } };
const message = {
  blockId: 'rita',
  contactId: 'rita',
  referralId: null,
  messageId: 'm1',
  channel: 'sms',
  source: 'text',
  text: 'You again',
  keyword: null,
  acceptedPosition: '1',
  providerMessageId: 'SM1',
} as const;

describe('M16: a block', () => {
  it('is placed once, lifted once, and placed again', () => {
    block.given().when(place).then(placed);
    block.given(placed).when(place).thenNothing();
    block.given(placed).when(lift).then(lifted);
    block.given(placed, lifted).when(lift).thenNothing();
    block.given(placed, lifted).when(place).then(placed);
  });

  it('that was never placed cannot be lifted', () => block.given().when(lift).thenThrows(BlockNotFound));

  it('keeps what the blocked person writes, and nothing once it is lifted', () => {
    const note: BlockCommand = { type: 'NoteBlockedMessage', data: message };
    block.given(placed).when(note).then({ type: 'MessageBlocked', data: message });
    block.given(placed, lifted).when(note).thenThrows(NotBlocked);
    block.given().when(note).thenThrows(NotBlocked);
  });
});
