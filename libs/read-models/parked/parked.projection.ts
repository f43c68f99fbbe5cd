import { defineReadModel } from '../define-read-model.js';

/** One key of one worker that has or had parked messages. */
export type ParkedRow = {
  readonly id: string;
  readonly programId: string;
  readonly worker: string;
  readonly key: string;
  readonly waiting: number;
  readonly isWaiting: boolean;
  /** Since when (ISO 8601) messages are parked, and the cause of the first one or of the last failed replay. */
  readonly since: string;
  readonly cause: string;
};

export const parkedProjection = defineReadModel<ParkedRow>()({
  name: 'parked',
  handles: ['MessageParked', 'ParkedMessageHandled', 'ReplayFailed'],
  indexes: { waiting: ['isWaiting', 'since'] },
  touches: (event) => event.aggregateId,
  evolve(row, event) {
    const { worker, key } = event.data;
    const { programId, occurredAt } = event.metadata;
    const known = row ?? {
      id: event.aggregateId,
      programId,
      worker,
      key,
      waiting: 0,
      isWaiting: false,
      since: occurredAt,
      cause: '',
    };
    switch (event.type) {
      case 'MessageParked':
        return known.isWaiting
          ? { ...known, waiting: known.waiting + 1 }
          : { ...known, waiting: 1, isWaiting: true, since: occurredAt, cause: event.data.cause };
      case 'ParkedMessageHandled':
        return { ...known, waiting: known.waiting - 1, isWaiting: known.waiting > 1 };
      case 'ReplayFailed':
        return { ...known, cause: event.data.cause };
    }
  },
});
