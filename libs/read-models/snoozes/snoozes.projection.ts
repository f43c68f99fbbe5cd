import { defineReadModel } from '../define-read-model.js';

/** A snoozed conversation. */
export type SnoozeRow = {
  readonly id: string;
  readonly programId: string;
  /** `null`: until the contact writes. */
  readonly until: string | null;
};

export const snoozesModel = defineReadModel<SnoozeRow>()({
  name: 'snoozes',
  handles: ['ConversationSnoozed', 'SnoozeEnded', 'ConversationDeleted'],
  indexes: { due: ['programId', 'until'] },
  touches: (event) => event.aggregateId,
  evolve: (_, { type, data, metadata: { programId } }, id) =>
    type === 'ConversationSnoozed' ? { id, programId, until: data.until } : null,
});
