import type { Projection } from '@app/eventing';
import type { ProgramEvent } from '@app/domain/program';

/** What lists show of a program; never a token. */
export type ProgramRow = { readonly id: string; readonly name: string; readonly senders: readonly { readonly id: string; readonly phone: string }[] };

export const programsProjection: Projection<ProgramEvent, ProgramRow> = {
  name: 'programs',
  categories: ['program'],
  indexes: {},
  touches: (event) => event.aggregateId,
  evolve(row, event) {
    if (event.type === 'ProgramCreated') return { id: event.aggregateId, name: event.data.name, senders: [] };
    if (event.type !== 'SenderAdded') return row;
    const { senderId: id, phone } = event.data;
    return row && { ...row, senders: [...row.senders, { id, phone }] };
  },
};
