import { randomUUID } from 'node:crypto';
import {
  CommandIdReused,
  REMEMBERED_COMMANDS,
  type CommandContext,
  type EventStore,
  type NewEvent,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import { contextOf, Tallies, tallyAggregate, type TallyEvent } from '@app/testing';
import { KeysInMemory } from '@app/testing';
import { uniqueName, type Opened } from './opened.js';

const MORE_THAN_REMEMBERED = 1.5 * REMEMBERED_COMMANDS;
const DAY_MS = 24 * 60 * 60 * 1000;
const PAGE = 500;

/** A repeated command after more other commands than a process remembers, on every event store. */
export function commandsContract(name: string, open: () => Promise<Opened<{ readonly store: EventStore }>>): void {
  describe(`commands: ${name}`, () => {
    let opened: Opened<{ readonly store: EventStore }>;
    let tallies: Tallies;
    let id: string;
    const keyring = new KeysInMemory();
    beforeAll(async () => {
      opened = await open();
    });
    beforeEach(() => {
      id = uniqueName('t');
      tallies = anotherProcess();
    });
    afterAll(() => opened.close());

    const anotherProcess = (): Tallies => new Tallies(opened.store, keyring);
    const keyed = (key: string, at = Date.now()): CommandContext => ({
      ...contextOf(`${id} ${key}`),
      isRepeatable: true,
      occurredAt: new Date(at).toISOString(),
    });
    const following = (causePosition: Position | null): CommandContext => ({
      ...contextOf(`${id} cause`),
      isDerived: true,
      ...(causePosition !== null && { causePosition }),
    });

    /** Other commands on the stream, each with one event. */
    async function others(count: number, recordedAt = new Date().toISOString()): Promise<void> {
      const events = Array.from({ length: count }, (): NewEvent<TallyEvent> => {
        const { programId, actor, commandId, correlationId, causationId, occurredAt } = contextOf(randomUUID());
        const metadata = {
          programId,
          actor,
          commandId,
          commandHash: '',
          correlationId,
          causationId,
          occurredAt,
          recordedAt,
        };
        return { type: 'Added', data: { amount: 1, note: '', owner: 'rita' }, eventId: randomUUID(), metadata };
      });
      let { revision } = await tallies.aggregates.load(tallyAggregate, id);
      for (let from = 0; from < events.length; from += PAGE)
        ({ revision } = await tallies.eventLog.append(`tally-${id}`, revision, events.slice(from, from + PAGE)));
    }

    test('rule 3: a command caused by an event is executed once, however many commands came after it', async () => {
      await others(1);
      const cause = following(await opened.store.head());
      const first = await tallies.add(id, [5, 6], cause);
      await others(MORE_THAN_REMEMBERED);
      for (const process of [tallies, anotherProcess()]) {
        expect(await process.add(id, [5, 6], cause)).toEqual(first);
        expect(await process.add(id, [5, 6], following(null))).toEqual(first);
      }
      expect(await tallies.amounts(id)).toHaveLength(1 + 2 + MORE_THAN_REMEMBERED);
    });

    test("M9: a client's key is recognized for a day, however many commands came after it", async () => {
      const first = await tallies.add(id, [5, 6], keyed('k'));
      await others(MORE_THAN_REMEMBERED);
      for (const process of [tallies, anotherProcess()]) {
        expect(await process.add(id, [5, 6], keyed('k', Date.now() + DAY_MS))).toEqual(first);
        await expect(process.add(id, [7], keyed('k'))).rejects.toThrow(CommandIdReused);
      }
      expect(await tallies.amounts(id)).toHaveLength(2 + MORE_THAN_REMEMBERED);
    });

    test('M9: an older key that was forgotten is a new command, which is remembered again', async () => {
      const [first] = (await tallies.add(id, [5], keyed('k'))).events;
      await others(MORE_THAN_REMEMBERED);
      await tallies.aggregates.load(tallyAggregate, id);
      const later = keyed('k', Date.now() + 3 * DAY_MS);
      const second = await tallies.add(id, [5], later);
      expect(second.revision).toBe(1 + MORE_THAN_REMEMBERED);
      expect(second.events[0]?.eventId).not.toBe(first?.eventId);
      for (const process of [tallies, anotherProcess()]) expect(await process.add(id, [5], later)).toEqual(second);
    });
  });
}
