import { decideByType, type Decider, type Message, type Open } from '@app/kernel';
import type { InboundEvent, InboundReceived, InboundRouted } from './inbound.events.js';

export type InboundCommand =
  Message<'AcceptInbound', Open<InboundReceived['data']>> | Message<'RouteInbound', InboundRouted['data']>;

export type Inbound =
  { readonly status: 'none' | 'received' } | ({ readonly status: 'routed' } & InboundRouted['data']);

export const inboundDecider: Decider<Inbound, InboundCommand, InboundEvent> = {
  initialState: { status: 'none' },

  decide: decideByType<Inbound, InboundCommand, InboundEvent>({
    AcceptInbound: (data, { status }) => (status === 'none' ? [{ type: 'InboundReceived', data }] : []),
    RouteInbound: (data, { status }) => (status === 'received' ? [{ type: 'InboundRouted', data }] : []),
  }),

  evolve: (_state, event) =>
    event.type === 'InboundReceived' ? { status: 'received' } : { status: 'routed', ...event.data },
};
