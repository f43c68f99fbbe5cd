import fc from 'fast-check';
import type { Message, Recorded, StreamFold } from '@app/kernel';
import { aggregates } from '@app/domain';
import { KeysInMemory, newRecord, sampleOf, SnapshotsInMemory, tallyAggregate, type DomainEvent } from '@app/testing';
import { Aggregates } from './aggregates.js';
import { empty, type Folded } from './folded.js';
import { REMEMBERED_COMMANDS } from './handled-commands.js';
import { parseSnapshot, printSnapshot } from './snapshots.js';
import type { EventLog } from '../reading/event-log.js';

type AnyAggregate = StreamFold<unknown, never, Message>;

const fold = (aggregate: AnyAggregate, known: Folded<unknown>, events: readonly Recorded<Message>[]) =>
  new Aggregates({} as EventLog, new KeysInMemory(), new SnapshotsInMemory()).extend(aggregate, '1', known, events);

/** The fold of all events, and the one that continues a snapshot of the first of them. */
function bothFolds(aggregate: AnyAggregate, events: readonly Recorded<Message>[], snapshotAfter: number) {
  const start = empty(aggregate.initialState);
  const snapshot = printSnapshot(aggregate, fold(aggregate, start, events.slice(0, snapshotAfter)));
  const restored = parseSnapshot(aggregate, snapshot);
  expect(restored).not.toBeNull();
  return [fold(aggregate, restored ?? start, events.slice(snapshotAfter)), fold(aggregate, start, events)] as const;
}

describe('a fold that continues a snapshot', () => {
  it.each(aggregates.map((aggregate) => [aggregate.category, aggregate] as const))(
    'rule 3: equals the fold from the beginning: %s',
    (category, aggregate) => {
      const types = Object.keys(aggregate.events) as DomainEvent['type'][];
      fc.assert(
        fc.property(
          fc.array(fc.record({ type: fc.constantFrom(...types), command: fc.nat(20) }), { minLength: 1 }),
          fc.nat(),
          (facts, cut) => {
            const record = newRecord();
            const events = facts.map(({ type, command }) =>
              record<Message>(`${category}-1`, sampleOf(type), { commandId: `command ${command}` }),
            );
            const [continued, complete] = bothFolds(aggregate as AnyAggregate, events, 1 + (cut % events.length));
            expect(continued).toEqual(complete);
          },
        ),
      );
    },
  );

  it('rule 3: remembers and forgets the same commands', () => {
    const commands = REMEMBERED_COMMANDS + 500;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 * commands }),
        fc.integer({ min: 1, max: 2 * commands }),
        (count, cut) => {
          const record = newRecord();
          const data = { amount: 1, note: '', owner: 'rita' };
          const events = Array.from({ length: count }, (_, index) =>
            record<Message>('tally-1', { type: 'Added', data }, { commandId: `command ${index >> 1}` }),
          );
          const [continued, complete] = bothFolds(tallyAggregate as AnyAggregate, events, Math.min(cut, count));
          expect(continued).toEqual(complete);
        },
      ),
      { numRuns: 30 },
    );
  });
});

it.each(['', 'null', '[]', '{}', '{"version":"1.1"', '{"version":"1.1"}', '{"version":"1.2","state":{}}'])(
  'a snapshot of another form or version is ignored: %s',
  (text) => {
    expect(parseSnapshot(tallyAggregate as AnyAggregate, text)).toBeNull();
  },
);
