import { deciderSpec } from '@app/testing';
import { addressDecider, recipientOf, sealingSubject, type Address } from './address.decider.js';
import type { AddressEvent } from './address.events.js';

const address = deciderSpec(addressDecider);
const held = (contactId: string): AddressEvent => ({ type: 'AddressHeld', data: { contactId } });
const released = (contactId: string): AddressEvent => ({ type: 'AddressReleased', data: { contactId } });
const texted = (contactId: string, conversationId: string, at: string, senderId = 'sender-1'): AddressEvent => ({
  type: 'AddressTexted',
  data: { contactId, conversationId, senderId, at },
});
const after = (...events: AddressEvent[]): Address =>
  events.reduce((state, event) => addressDecider.evolve(state, event), addressDecider.initialState);

const DAY = 24 * 60 * 60 * 1000;
const noon = '2026-03-01T12:00:00.000Z';
const later = (ms: number): string => new Date(Date.parse(noon) + ms).toISOString();

describe('an address whose owner is erased', () => {
  const erase = { type: 'EraseAddress', data: {} } as const;
  const erased = (erasures: number) => ({ type: 'AddressErased', data: { erasures } }) as const;

  it('X8: is erased each time its owner is erased', () => {
    address.given(held('rita'), released('rita')).when(erase).then(erased(1));
    address.given(held('rita'), released('rita'), erased(1), held('ron'), released('ron')).when(erase).then(erased(2));
  });

  it('X8: is not erased while somebody else has it', () =>
    address.given(held('rita'), held('ron'), released('rita')).when(erase).thenNothing());

  it('X8: uses another subject for its key after each erasure', () => {
    expect(new Set([0, 1, 2].map((erasures) => sealingSubject('a', erasures))).size).toBe(3);
  });
});

describe('address', () => {
  it('M4: stores each owner once', () => {
    address
      .given()
      .when({ type: 'HoldAddress', data: { contactId: 'rita' } })
      .then(held('rita'));
    address
      .given(held('rita'))
      .when({ type: 'HoldAddress', data: { contactId: 'rita' } })
      .thenNothing();
    address
      .given(held('rita'))
      .when({ type: 'HoldAddress', data: { contactId: 'ron' } })
      .then(held('ron'));
  });

  it('M4: can be removed only by an owner', () => {
    address
      .given(held('rita'))
      .when({ type: 'ReleaseAddress', data: { contactId: 'rita' } })
      .then(released('rita'));
    address
      .given(held('rita'))
      .when({ type: 'ReleaseAddress', data: { contactId: 'ron' } })
      .thenNothing();
    expect(after(held('rita'), held('ron'), released('rita')).holders).toEqual(['ron']);
  });

  it('M14: stores the last conversation that texted it, by sender', () => {
    const data = { contactId: 'rita', conversationId: 'c1', senderId: 'sender-1', at: noon };
    address.given().when({ type: 'NoteText', data }).then({ type: 'AddressTexted', data });
  });
});

describe('U5: the count of texts to a number', () => {
  it('covers one day, all senders and all conversations', () => {
    expect(after().texts.count).toBe(0);
    expect(after(texted('rita', 'c1', noon), texted('ron', 'c2', later(1), 'sender-2')).texts).toEqual({
      day: '2026-03-01',
      count: 2,
    });
    expect(after(texted('rita', 'c1', noon), texted('rita', 'c1', later(DAY))).texts).toEqual({
      day: '2026-03-02',
      count: 1,
    });
    expect(after(texted('rita', 'c1', noon), texted('rita', 'c1', later(-DAY))).texts).toEqual({
      day: '2026-03-01',
      count: 1,
    });
  });
});

describe('the route of an inbound text', () => {
  const to = (state: Address, at = later(DAY)) => recipientOf(state, 'sender-1', at);

  it('M4: is an unknown contact when nobody has the number', () => {
    expect(to(after())).toEqual({ contactId: null, conversationId: null });
  });

  it('M14: is the general conversation of the only owner', () => {
    expect(to(after(held('rita')))).toEqual({ contactId: 'rita', conversationId: null });
  });

  it('decision: with two owners and no text yet, is a new contact for the number', () => {
    expect(to(after(held('rita'), held('ron')))).toEqual({ contactId: null, conversationId: null });
  });

  it('M14: is the conversation that last texted the number from that sender', () => {
    expect(to(after(held('rita'), texted('rita', 'c1', noon), texted('rita', 'c2', later(1))))).toEqual({
      contactId: 'rita',
      conversationId: 'c2',
    });
  });

  it.each([
    ['at once', 0, 'c1'],
    ['after 29 days', 29 * DAY, 'c1'],
    ['after 30 days to the millisecond', 30 * DAY, 'c1'],
    ['a millisecond after 30 days', 30 * DAY + 1, null],
  ])('M14: is that conversation within 30 days: %s', (_when, passed, conversationId) => {
    expect(to(after(held('rita'), texted('rita', 'c1', noon)), later(passed))).toEqual({
      contactId: 'rita',
      conversationId,
    });
  });

  it('decision: with two owners, is the one last texted there, even after 30 days', () => {
    const state = after(held('rita'), held('ron'), texted('rita', 'c1', noon), texted('ron', 'c2', later(1)));
    expect(to(state)).toEqual({ contactId: 'ron', conversationId: 'c2' });
    expect(to(state, later(90 * DAY))).toEqual({ contactId: 'ron', conversationId: null });
  });

  it('M14: is not a contact who no longer has the number', () => {
    const released = { type: 'AddressReleased', data: { contactId: 'rita' } } as const;
    expect(to(after(held('rita'), texted('rita', 'c1', noon), released))).toEqual({
      contactId: null,
      conversationId: null,
    });
    expect(to(after(held('rita'), texted('rita', 'c1', noon), released, held('ron')))).toEqual({
      contactId: 'ron',
      conversationId: null,
    });
  });

  it('M14: is not the conversation of another sender', () => {
    const state = after(held('rita'), texted('rita', 'c1', noon, 'sender-2'));
    expect(to(state)).toEqual({ contactId: 'rita', conversationId: null });
  });

  it('decision: with two owners, is the one last texted there by any sender', () => {
    const state = after(
      held('rita'),
      held('ron'),
      texted('rita', 'c1', noon, 'sender-2'),
      texted('ron', 'c2', later(1), 'sender-3'),
    );
    expect(to(state)).toEqual({ contactId: 'ron', conversationId: null });
  });

  it('M14: prefers the conversation of that sender over a later text by another one', () => {
    const state = after(
      held('rita'),
      held('ron'),
      texted('rita', 'c1', noon),
      texted('ron', 'c2', later(1), 'sender-2'),
    );
    expect(to(state)).toEqual({ contactId: 'rita', conversationId: 'c1' });
    expect(to(state, later(60 * DAY))).toEqual({ contactId: 'ron', conversationId: null });
  });
});
