import { newRecord, projectionSpec } from '@app/testing';
import type { ParkedEvent } from '@app/domain/parked';
import type { Recorded } from '@app/kernel';
import { parkedProjection } from './parked.projection.js';

const place = { worker: 'automation', key: 'conversation-1' };
const source = (revision: number) => ({ stream: 'conversation-1', revision });
const parked = (revision: number, cause: string) =>
  ({ type: 'MessageParked', data: { ...place, source: source(revision), cause } }) as const;
const handled = (revision: number) =>
  ({ type: 'ParkedMessageHandled', data: { ...place, source: source(revision) } }) as const;
const id = 'p1';

function facts(first: ParkedEvent, second: ParkedEvent): [Recorded<ParkedEvent>, Recorded<ParkedEvent>] {
  const record = newRecord();
  return [record(`parked-${id}`, first), record(`parked-${id}`, second)];
}

describe('parked messages', () => {
  const projection = projectionSpec(parkedProjection);
  const row = { id, programId: 'program-1', ...place };

  it('rule 13: shows how many messages of a key are parked, since when, and why', () => {
    const [first, second] = facts(parked(1, 'TypeError'), parked(2, 'BehindParked'));
    projection
      .given(first)
      .when(second)
      .then({ ...row, waiting: 2, isWaiting: true, since: first.metadata.occurredAt, cause: 'TypeError' });
  });

  it('a key without parked messages is not listed', () => {
    const [first, second] = facts(parked(1, 'TypeError'), handled(1));
    projection
      .given(first)
      .when(second)
      .then({ ...row, waiting: 0, isWaiting: false, since: first.metadata.occurredAt, cause: 'TypeError' });
  });

  it('the last replay shows why it failed', () => {
    const [first, second] = facts(parked(1, 'TypeError'), {
      type: 'ReplayFailed',
      data: { ...place, source: source(1), cause: 'RangeError' },
    });
    projection
      .given(first)
      .when(second)
      .then({ ...row, waiting: 1, isWaiting: true, since: first.metadata.occurredAt, cause: 'RangeError' });
  });
});
