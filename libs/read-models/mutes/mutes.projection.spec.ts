import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { muteRowId, mutesModel } from './mutes.projection.js';

const { conversationId, userId, until } = samples.ConversationMuted;
const stream = `mute-${conversationId}`;
const row = { id: muteRowId(conversationId, userId), programId: 'program-1', conversationId, userId };

describe('mutes', () => {
  it("I6: contains each person's choice, and when it ends", () => {
    const record = newRecord();
    const muted = record(stream, sampleOf('ConversationMuted'));
    projectionSpec(mutesModel)
      .given()
      .when(muted)
      .then({ ...row, isMuted: true, until });
    projectionSpec(mutesModel)
      .given(muted)
      .when(record(stream, sampleOf('ConversationUnmuted')))
      .then({ ...row, isMuted: false, until: null });
  });

  it('I6: contains nothing once the mute ended', () => {
    const record = newRecord();
    const muted = record(stream, sampleOf('ConversationMuted'));
    projectionSpec(mutesModel)
      .given(muted)
      .when(record(stream, sampleOf('MuteEnded')))
      .thenDeleted();
  });
});
