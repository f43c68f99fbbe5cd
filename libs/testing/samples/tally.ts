import { DomainError, type Decider, type Message } from '@app/kernel';
import {
  Aggregates,
  type CommandContext,
  type CommandResult,
  EventCodec,
  type EventStore,
  handleCommand,
  EventLog,
  type Keyring,
  naturalId,
  type ReadModel,
  type SnapshotStore,
} from '@app/eventing';
import { SnapshotsInMemory } from '../specs/snapshots-in-memory.js';

/** A sum that never goes below zero: the smallest aggregate whose decisions depend on earlier events. */
export type TallyCommand = Message<'Add', { amounts: readonly number[] }> | Message<'Clear', { by: string }>;
export type TallyEvent = Message<'Added', { amount: number; note: string; owner: string }>;
export type Tally = { readonly sum: number; readonly count: number };

export const tallyDecider: Decider<Tally, TallyCommand, TallyEvent> = {
  initialState: { sum: 0, count: 0 },
  decide(command, { sum }) {
    // Like archiving: its effect depends on earlier events, and often it changes nothing.
    if (command.type === 'Clear') return sum === 0 ? [] : [added(-sum)];
    const { amounts } = command.data;
    if (sum + amounts.reduce((total, amount) => total + amount, 0) < 0) throw new BelowZero();
    return amounts.map(added);
  },
  evolve: ({ sum, count }, { data: { amount } }) => ({ sum: sum + amount, count: count + 1 }),
};

const added = (amount: number): TallyEvent => ({
  type: 'Added',
  data: { amount, note: `of ${amount}`, owner: 'rita' },
});

export class BelowZero extends DomainError {
  readonly code = 'BelowZero';
  constructor() {
    super('A tally does not go below zero');
  }
}

export type TallyRow = {
  readonly id: string;
  readonly programId: string;
  readonly sum: number;
  readonly count: number;
};

/** Counts, so that an event folded twice is detected. */
export const tallyProjection: ReadModel<TallyRow, TallyEvent> = {
  name: 'tallies',
  categories: ['tally'],
  handles: ['Added'],
  indexes: {},
  touches: ({ aggregateId }) => aggregateId,
  evolve: (row, { aggregateId: id, data, metadata: { programId } }) => ({
    id,
    programId,
    sum: (row?.sum ?? 0) + data.amount,
    count: (row?.count ?? 0) + 1,
  }),
};

export const tallyTypes = {
  Added: { version: 1, sealed: { note: 'owner' } },
  RequestTaken: { version: 1 },
  RequestAnswered: { version: 1 },
} as const;

export const tallyAggregate = { ...tallyDecider, category: 'tally', snapshotVersion: 1 };

export const tallySubjectHomes = { owner: null } as const;

export const contextOf = (key: string, programId = 'program-1'): CommandContext => {
  const commandId = naturalId('spec', programId, key);
  return {
    programId,
    actor: { kind: 'staff', id: 'anna' },
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: '2026-01-05T09:00:00.000Z',
  };
};

/** The command side of one process. */
export class Tallies {
  readonly eventLog: EventLog;
  readonly aggregates: Aggregates;

  constructor(eventStore: EventStore, keyring: Keyring, snapshots: SnapshotStore = new SnapshotsInMemory()) {
    this.eventLog = new EventLog(eventStore, new EventCodec(tallyTypes, keyring), tallySubjectHomes);
    this.aggregates = new Aggregates(this.eventLog, keyring, snapshots);
  }

  add(id: string, amounts: readonly number[], context: CommandContext): Promise<CommandResult<TallyEvent>> {
    return this.handle(id, { type: 'Add', data: { amounts } }, context);
  }

  /** Sets the sum to zero, unless it is zero. */
  clear(id: string, context: CommandContext, by = 'anna'): Promise<CommandResult<TallyEvent>> {
    return this.handle(id, { type: 'Clear', data: { by } }, context);
  }

  private handle(id: string, command: TallyCommand, context: CommandContext): Promise<CommandResult<TallyEvent>> {
    return handleCommand(this.aggregates, {
      aggregate: tallyAggregate,
      id,
      intent: command,
      context,
      prepare: (intent: TallyCommand) => intent,
    });
  }

  async amounts(id: string): Promise<number[]> {
    const amounts: number[] = [];
    for await (const { data } of this.eventLog.read<TallyEvent>(`tally-${id}`)) amounts.push(data.amount);
    return amounts;
  }
}
