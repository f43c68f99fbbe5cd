import type { EventTypes, Message } from '@app/kernel';

/**
 * The first event of every event store, belonging to no program: its identity, which keys, read models and checkpoints
 * refer to.
 */
export type RecordBegun = Message<'RecordBegun', { recordId: string }>;

export type RecordEvent = RecordBegun;

export const recordEventTypes = {
  RecordBegun: { version: 1 },
} as const satisfies EventTypes<RecordEvent>;
