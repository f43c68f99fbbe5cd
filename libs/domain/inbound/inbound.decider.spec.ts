import { deciderSpec } from '@app/testing';
import { inboundDecider } from './inbound.decider.js';
import type { InboundEvent } from './inbound.events.js';

const inbound = deciderSpec(inboundDecider);
const data = {
  providerMessageId: 'SM1',
  addressId: 'address-1',
  subjectId: 'address-1',
  senderId: 'sender-1',
  from: '+15551234567',
  text: 'Hi',
  form: { MessageSid: 'SM1', Unheard: 'of' },
  sentAt: null,
};
const route = { contactId: 'rita', conversationId: 'c1', referralId: null, isNewNumber: false, asKeyword: false };
const received: InboundEvent = { type: 'InboundReceived', data };
const routed: InboundEvent = { type: 'InboundRouted', data: route };

describe('inbound message', () => {
  it('T4: is stored completely, with unknown parameters', () =>
    inbound.given().when({ type: 'AcceptInbound', data }).then(received));

  it('T4: is stored once, however often and in whatever form it arrives', () => {
    inbound.given(received).when({ type: 'AcceptInbound', data }).thenNothing();
    inbound
      .given(received)
      .when({ type: 'AcceptInbound', data: { ...data, form: { MessageSid: 'SM1' } } })
      .thenNothing();
    inbound.given(received, routed).when({ type: 'AcceptInbound', data }).thenNothing();
  });

  it('T5: is stored once, whether it arrived by webhook or was found in the list', () => {
    const polled = { ...data, form: { MessageSid: 'SM1' }, sentAt: '2026-01-05T09:00:00.000Z' };
    inbound.given().when({ type: 'AcceptInbound', data: polled }).then({ type: 'InboundReceived', data: polled });
    inbound.given(received).when({ type: 'AcceptInbound', data: polled }).thenNothing();
    inbound.given({ type: 'InboundReceived', data: polled }).when({ type: 'AcceptInbound', data }).thenNothing();
  });

  it('M1: its route is decided once', () => {
    inbound.given(received).when({ type: 'RouteInbound', data: route }).then(routed);
    inbound
      .given(received, routed)
      .when({ type: 'RouteInbound', data: { ...route, conversationId: 'c2' } })
      .thenNothing();
    expect(
      [received, routed].reduce((state, event) => inboundDecider.evolve(state, event), inboundDecider.initialState),
    ).toEqual({ status: 'routed', ...route });
  });

  it('T4: cannot be routed unless it was accepted', () =>
    inbound.given().when({ type: 'RouteInbound', data: route }).thenNothing());
});
