import type { Decider, Message, Open } from '@app/kernel';
import type { InboundEvent, InboundReceived, InboundRouted } from './inbound.events.js';

export type InboundCommand =
  Message<'AcceptInbound', Open<InboundReceived['data']>> | Message<'RouteInbound', InboundRouted['data']>;

export type Inbound =
  { readonly status: 'none' | 'received' } | ({ readonly status: 'routed' } & InboundRouted['data']);

export const inboundDecider: Decider<Inbound, InboundCommand, InboundEvent> = {
  initialState: { status: 'none' },

  decide(command, state) {
    switch (command.type) {
      case 'AcceptInbound':
        return state.status === 'none' ? [{ type: 'InboundReceived', data: command.data }] : [];
      case 'RouteInbound':
        return state.status === 'received' ? [{ type: 'InboundRouted', data: command.data }] : [];
    }
  },

  evolve: (_state, event) =>
    event.type === 'InboundReceived' ? { status: 'received' } : { status: 'routed', ...event.data },
};
