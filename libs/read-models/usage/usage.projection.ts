import { defineReadModel } from '../define-read-model.js';

/** How many texts a program accepted on the last day (UTC) with any. */
export type UsageRow = {
  readonly id: string;
  readonly programId: string;
  readonly day: string;
  readonly texts: number;
};

export const usageProjection = defineReadModel<UsageRow>()({
  name: 'usage',
  handles: ['MessageSent', 'AutomatedTextSent'],
  indexes: {},
  touches: (event) => (event.data.route === null ? null : event.metadata.programId),
  evolve(row, { metadata: { programId, occurredAt } }) {
    const day = occurredAt.slice(0, 10);
    if (!row || day > row.day) return { id: programId, programId, day, texts: 1 };
    // A text of the previous day that was stored after midnight.
    return day < row.day ? row : { ...row, texts: row.texts + 1 };
  },
});
