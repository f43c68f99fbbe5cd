import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { snoozesModel } from './snoozes.projection.js';

const record = newRecord();
const happened = (type: 'ConversationSnoozed' | 'SnoozeEnded' | 'ConversationDeleted') =>
  record('conversation-conversation-1', sampleOf(type));
const snoozed = happened('ConversationSnoozed');

describe('snoozes', () => {
  it('M13: has the end of each snooze', () => {
    const { until } = samples.ConversationSnoozed;
    projectionSpec(snoozesModel).given().when(snoozed).then({ id: 'conversation-1', programId: 'program-1', until });
  });

  it.each(['SnoozeEnded', 'ConversationDeleted'] as const)('M13: has none after %s', (type) => {
    projectionSpec(snoozesModel).given(snoozed).when(happened(type)).thenDeleted();
  });
});
