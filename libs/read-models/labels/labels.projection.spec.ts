import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { labelsModel } from './labels.projection.js';

const record = newRecord();
const happened = (type: 'ConversationLabelled' | 'ConversationUnlabelled' | 'ConversationDeleted') =>
  record('conversation-conversation-1', sampleOf(type));
const labelled = happened('ConversationLabelled');

describe('labels', () => {
  it('M13: has a document for each label of a conversation', () => {
    const { label, conversationId } = samples.ConversationLabelled;
    projectionSpec(labelsModel)
      .given()
      .when(labelled)
      .then({ programId: 'program-1', label, conversationId, labelled: labelled.position });
  });

  it.each(['ConversationUnlabelled', 'ConversationDeleted'] as const)('M13: has none after %s', (type) => {
    projectionSpec(labelsModel).given(labelled).when(happened(type)).thenDeleted();
  });
});
