import { deciderSpec } from '@app/testing';
import { inboundDecider } from './inbound.decider.js';
import type { InboundEvent } from './inbound.events.js';

const inbound = deciderSpec(inboundDecider);
const data = { providerId: 'SM1', addressId: 'address-1', senderId: 'sender-1', from: '+15551234567', text: 'Hi', form: { MessageSid: 'SM1', Unheard: 'of' } };
const route = { contactId: 'rita', conversationId: 'c1', referralId: null, isNewNumber: false, asKeyword: false };
const received: InboundEvent = { type: 'InboundReceived', data };
const routed: InboundEvent = { type: 'InboundRouted', data: route };

describe('inbound message', () => {
  it('T4: is kept whole, with parameters nobody has heard of', () => inbound.given().when({ type: 'AcceptInbound', data }).then(received));

  it('T4: is one however often it comes, in whatever form', () => {
    inbound.given(received).when({ type: 'AcceptInbound', data }).thenNothing();
    inbound.given(received).when({ type: 'AcceptInbound', data: { ...data, form: { MessageSid: 'SM1' } } }).thenNothing();
    inbound.given(received, routed).when({ type: 'AcceptInbound', data }).thenNothing();
  });

  it('M1: its route is decided once', () => {
    inbound.given(received).when({ type: 'RouteInbound', data: route }).then(routed);
    inbound.given(received, routed).when({ type: 'RouteInbound', data: { ...route, conversationId: 'c2' } }).thenNothing();
    expect([received, routed].reduce((state, event) => inboundDecider.evolve(state, event), inboundDecider.initialState)).toEqual({ status: 'routed', ...route });
  });

  it('T4: what never came through the door goes nowhere', () => inbound.given().when({ type: 'RouteInbound', data: route }).thenNothing());
});
