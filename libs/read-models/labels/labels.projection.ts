import { naturalId } from '@app/eventing';
import { defineReadModel } from '../define-read-model.js';

/** A label of one conversation. */
export type LabelRow = {
  readonly id: string;
  readonly programId: string;
  readonly label: string;
  readonly conversationId: string;
  /** Position at which it was put on: the order of the list. */
  readonly labelled: string;
};

export const labelsModel = defineReadModel<LabelRow>()({
  name: 'labels',
  handles: ['ConversationLabelled', 'ConversationUnlabelled', 'ConversationDeleted'],
  indexes: { label: ['programId', 'label', 'labelled'], conversation: ['programId', 'conversationId'] },
  touches: ({ type, data, metadata: { programId } }) =>
    type === 'ConversationDeleted'
      ? { index: 'conversation', equals: { programId, conversationId: data.conversationId } }
      : naturalId('label', data.conversationId, data.label),
  evolve: (_, { type, data, position, metadata: { programId } }, id) =>
    type === 'ConversationLabelled'
      ? { id, programId, label: data.label, conversationId: data.conversationId, labelled: position }
      : null,
});
