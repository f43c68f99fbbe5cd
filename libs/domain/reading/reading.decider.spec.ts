import { deciderSpec } from '@app/testing';
import { readingDecider, type ReadingCommand } from './reading.decider.js';
import type { ReadingEvent } from './reading.events.js';

const readings = deciderSpec(readingDecider);
const anna = { conversationId: 'conversation-1', reader: { kind: 'member', id: 'anna' } } as const;
const move = (revision: number, messages: number): ReadingCommand => ({
  type: 'MoveReadPosition',
  data: { ...anna, revision, messages },
});
const moved = (revision: number, messages: number): ReadingEvent => ({
  type: 'ReadPositionMoved',
  data: { ...anna, revision, messages },
});

describe('I5: the read position', () => {
  it('moves forward', () => {
    readings.given().when(move(0, 0)).then(moved(0, 0));
    readings.given(moved(3, 1)).when(move(5, 2)).then(moved(5, 2));
  });

  it.each([3, 2])('does not move to %d from 3', (revision) =>
    readings.given(moved(3, 1)).when(move(revision, 1)).thenNothing(),
  );
});
