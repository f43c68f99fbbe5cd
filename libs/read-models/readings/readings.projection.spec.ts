import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { readingRowId, readingsModel } from './readings.projection.js';

const { conversationId, reader, revision, messages } = samples.ReadPositionMoved;

describe('readings', () => {
  it('I5: contains how far each person has read a conversation', () => {
    const id = readingRowId(conversationId, reader);
    const moved = newRecord()(`reading-${id}`, sampleOf('ReadPositionMoved'));
    projectionSpec(readingsModel)
      .given()
      .when(moved)
      .then({ id, programId: 'program-1', conversationId, revision, messages });
  });
});
