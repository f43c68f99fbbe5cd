import { decideByType, type Decider, type Message } from '@app/kernel';
import type { ReadingEvent, ReadPositionMoved } from './reading.events.js';

export type ReadingCommand = Message<'MoveReadPosition', ReadPositionMoved['data']>;

/** `revision`: that of the conversation up to which the person has read; -1 before anything is. */
export type Reading = { readonly revision: number };

export const readingDecider: Decider<Reading, ReadingCommand, ReadingEvent> = {
  initialState: { revision: -1 },

  decide: decideByType<Reading, ReadingCommand, ReadingEvent>({
    MoveReadPosition: (data, { revision }) => (data.revision > revision ? [{ type: 'ReadPositionMoved', data }] : []),
  }),

  evolve: (_state, { data: { revision } }) => ({ revision }),
};
