import { newRecord, projectionSpec, sampleOf, samples, type DomainEvent } from '@app/testing';
import { blockedMessagesModel } from './blocked-messages.projection.js';
import { blocksModel } from './blocks.projection.js';

const record = newRecord();
const happened = (type: DomainEvent['type']) => record('block-address-1', sampleOf(type));
const placed = happened('BlockPlaced');
const blocked = happened('MessageBlocked');

describe('M16: blocks', () => {
  it('are listed with the number, and count what they keep out', () => {
    projectionSpec(blocksModel)
      .given()
      .when(placed as never)
      .then({ id: 'address-1', kind: 'number', phone: samples.BlockPlaced.phone, messages: 0, lastMessageAt: null });
    projectionSpec(blocksModel)
      .given(placed as never)
      .when(blocked as never)
      .then({ messages: 1, lastMessageAt: blocked.metadata.occurredAt });
  });

  it('are no longer listed once lifted, and show no erased number', () => {
    projectionSpec(blocksModel)
      .given(placed as never)
      .when(happened('BlockLifted') as never)
      .thenDeleted();
    const erased = record('address-address-1', sampleOf('AddressErased'));
    projectionSpec(blocksModel)
      .given(placed as never)
      .when(erased as never)
      .then({ phone: null });
  });
});

describe('M16: blocked messages', () => {
  const messages = projectionSpec(blockedMessagesModel);

  it('are listed until the block is lifted', () => {
    messages
      .given()
      .when(blocked as never)
      .then({ id: samples.MessageBlocked.messageId, blockId: 'address-1', text: samples.MessageBlocked.text });
    messages
      .given(blocked as never)
      .when(happened('BlockLifted') as never)
      .thenDeleted();
  });

  it('X8: lose their text when the contact is erased', () => {
    const erased = record('contact-contact-rita', sampleOf('ContactErased'));
    messages
      .given(blocked as never)
      .when(erased as never)
      .then({ text: null });
  });
});
