import { deciderSpec } from '@app/testing';
import { parkedDecider } from './parked.decider.js';

const place = { worker: 'automation', key: 'conversation-1' };
const source = (revision: number) => ({ stream: 'conversation-1', revision });
const parked = (revision: number, cause = 'TypeError') =>
  ({ type: 'MessageParked', data: { ...place, source: source(revision), cause } }) as const;
const park = (revision: number) => ({ type: 'ParkMessage', data: parked(revision).data }) as const;
const handled = (revision: number) =>
  ({ type: 'ParkedMessageHandled', data: { ...place, source: source(revision) } }) as const;
const finish = (revision: number) => ({ type: 'FinishParked', data: handled(revision).data }) as const;
const replay = { type: 'RequestReplay', data: place } as const;

describe('parked messages of a key', () => {
  const waiting = deciderSpec(parkedDecider);

  it('rule 13: a message is parked with its cause', () => {
    waiting.given().when(park(1)).then(parked(1));
    waiting.given(parked(1)).when(park(2)).then(parked(2));
  });

  it('a repeated message is parked once', () => {
    waiting.given(parked(1), parked(2)).when(park(1)).thenNothing();
  });

  it('a later message is parked only while an earlier one is', () => {
    const behind = { type: 'ParkMessage', data: parked(2, 'BehindParked').data } as const;
    waiting.given(parked(1)).when(behind).then(parked(2, 'BehindParked'));
    waiting.given(parked(1), handled(1)).when(behind).thenNothing();
  });

  it('a handled message may be parked again', () => {
    waiting.given(parked(1), handled(1)).when(park(1)).then(parked(1));
  });

  it('rule 13: a replay is requested if something is parked', () => {
    waiting.given(parked(1)).when(replay).then({ type: 'ReplayRequested', data: place });
    waiting.given().when(replay).thenNothing();
    waiting.given(parked(1), handled(1)).when(replay).thenNothing();
  });

  it('a handled message is no longer parked, and is handled once', () => {
    waiting.given(parked(1)).when(finish(1)).then(handled(1));
    waiting.given(parked(1), handled(1)).when(finish(1)).thenNothing();
  });

  it('a failed replay stores its cause', () => {
    const failed = { ...place, source: source(1), cause: 'RangeError' };
    waiting
      .given(parked(1))
      .when({ type: 'NoteReplayFailure', data: failed })
      .then({ type: 'ReplayFailed', data: failed });
  });
});
