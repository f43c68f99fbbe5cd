import { decideByType, type Decider, type Message } from '@app/kernel';
import type {
  MessageParked,
  ParkedEvent,
  ParkedMessageHandled,
  ReplayFailed,
  ReplayRequested,
  Source,
} from './parked.events.js';

export type ParkedCommand =
  | Message<'ParkMessage', MessageParked['data']>
  | Message<'RequestReplay', ReplayRequested['data']>
  | Message<'FinishParked', ParkedMessageHandled['data']>
  | Message<'NoteReplayFailure', ReplayFailed['data']>;

/** The parked messages of one key of one worker, in order. */
export type Parked = { readonly waiting: readonly Source[] };

/** Cause of a message that was parked only because an earlier one of its key is parked. */
export const BEHIND_PARKED = 'BehindParked';

export const isSame = (a: Source) => (b: Source) => a.stream === b.stream && a.revision === b.revision;

export const parkedDecider: Decider<Parked, ParkedCommand, ParkedEvent> = {
  initialState: { waiting: [] },
  decide: decideByType<Parked, ParkedCommand, ParkedEvent>({
    ParkMessage(data, { waiting }) {
      if (waiting.some(isSame(data.source))) return [];
      // Nothing is parked any more, because a replay has just handled it: behind nothing this message would wait
      // forever.
      return data.cause === BEHIND_PARKED && waiting.length === 0 ? [] : [{ type: 'MessageParked', data }];
    },
    RequestReplay: (data, { waiting }) => (waiting.length === 0 ? [] : [{ type: 'ReplayRequested', data }]),
    FinishParked: (data, { waiting }) =>
      waiting.some(isSame(data.source)) ? [{ type: 'ParkedMessageHandled', data }] : [],
    NoteReplayFailure: (data) => [{ type: 'ReplayFailed', data }],
  }),
  evolve(state, event) {
    switch (event.type) {
      case 'MessageParked':
        return { waiting: [...state.waiting, event.data.source] };
      case 'ParkedMessageHandled':
        return { waiting: state.waiting.filter((source) => !isSame(event.data.source)(source)) };
      case 'ReplayRequested':
      case 'ReplayFailed':
        return state;
    }
  },
};
