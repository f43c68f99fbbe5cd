import fc from 'fast-check';
import type { Message, Recorded, StreamFold } from '@app/kernel';
import { conversationAggregate, type ConversationEvent } from '@app/domain/conversation';
import { KeysInMemory, newRecord, samples, sampleOf, SnapshotsInMemory } from '@app/testing';
import { Aggregates } from './aggregates.js';
import { empty, type Folded } from './folded.js';
import { HandledCommands, REMEMBERED_COMMANDS } from './handled-commands.js';
import type { EventLog } from '../reading/event-log.js';

const aggregatesOf = (bytes?: number): Aggregates =>
  new Aggregates({} as EventLog, new KeysInMemory(), new SnapshotsInMemory(), bytes);

/** A stream with one command for each event. */
function conversation(length: number, stream = 'conversation-c-1'): Recorded<ConversationEvent>[] {
  const record = newRecord();
  const event = (revision: number): ConversationEvent =>
    revision === 0
      ? sampleOf('ConversationStarted')
      : { type: 'MessageReceived', data: { ...samples.MessageReceived, messageId: `message-${revision}` } };
  return Array.from({ length }, (_, revision) => record(stream, event(revision)));
}

function fold(aggregates: Aggregates, events: readonly Recorded<ConversationEvent>[], page = 100): Folded<unknown> {
  let folded = empty(conversationAggregate.initialState);
  for (let from = 0; from < events.length; from += page)
    folded = aggregates.extend(
      conversationAggregate,
      events[0]?.aggregateId ?? '',
      folded,
      events.slice(from, from + page),
    );
  return folded;
}

describe('the memory of folded aggregates', () => {
  it('rule 3: a conversation of 10,000 events takes no more than one of 1,000', () => {
    const [short, long] = [aggregatesOf(), aggregatesOf()];
    const folded = fold(long, conversation(10_000));
    fold(short, conversation(1_000));
    expect(folded.revision).toBe(9_999);
    expect(folded.handled.size).toBeLessThanOrEqual(REMEMBERED_COMMANDS);
    expect(long.memory.bytes).toBeLessThanOrEqual(short.memory.bytes + JSON.stringify(folded.state).length);
  });

  it('rule 3: it is limited by size: the larger the states, the fewer are cached', () => {
    const limit = 1_000_000;
    const kept = (length: number): number => {
      const aggregates = aggregatesOf(limit);
      for (let number = 0; number < 2_000; number += 1) {
        fold(aggregates, conversation(length, `conversation-${number}`));
        expect(aggregates.memory.bytes).toBeLessThanOrEqual(limit);
      }
      return aggregates.memory.streams;
    };
    const [small, large] = [kept(1), kept(100)];
    expect(small).toBeGreaterThan(500);
    expect(large).toBeLessThan(small / 4);
  });

  it('rule 3: a growing state counts with its size', () => {
    const list: StreamFold<{ readonly items: readonly string[] }, never, Message<'Listed', { item: string }>> = {
      category: 'list',
      initialState: { items: [] },
      decide: () => [],
      evolve: ({ items }, { data: { item } }) => ({ items: [...items, item] }),
    };
    const record = newRecord();
    const aggregates = aggregatesOf();
    let folded = empty(list.initialState);
    for (let number = 0; number < 500; number += 1)
      folded = aggregates.extend(list, '1', folded, [
        record('list-1', { type: 'Listed', data: { item: 'x'.repeat(1_000) } }),
      ]);
    expect(aggregates.memory.bytes).toBeGreaterThan(500 * 1_000);
  });
});

describe('the remembered commands', () => {
  const record = newRecord();
  const eventsOf = (commandIds: readonly string[]): Recorded<Message>[] =>
    commandIds.map((commandId) => record('tally-1', { type: 'Added', data: {} }, { commandId }));
  /** One to three events for each of that many commands. */
  const commands = (count: number): string[] =>
    Array.from({ length: count }, (_, index) =>
      Array.from({ length: 1 + (index % 3) }, () => `command ${index}`),
    ).flat();

  it('rule 3: are the newest ones, in whatever portions the stream is read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_500 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 8 }),
        (count, portions) => {
          const events = eventsOf(commands(count));
          const offset = events[0]?.revision ?? 0;
          let handled = HandledCommands.none;
          let from = 0;
          for (const portion of [...portions, events.length]) {
            handled = handled.including(events.slice(from, from + portion));
            from += portion;
          }
          expect(handled).toEqual(HandledCommands.none.including(events));
          const remembered = new Map<string, number>();
          for (const { metadata, revision } of events)
            if (!remembered.has(metadata.commandId) && revision > (handled.forgotten?.revision ?? -1))
              remembered.set(metadata.commandId, revision);
          for (const [commandId, revision] of remembered) expect(handled.firstRevision(commandId)).toBe(revision);
          expect(handled.size).toBe(remembered.size);
          expect(handled.size).toBeGreaterThanOrEqual(Math.min(count, REMEMBERED_COMMANDS - 100));
          expect(handled.size).toBeLessThanOrEqual(REMEMBERED_COMMANDS);
          expect(handled.firstRevision('never')).toBeUndefined();
          expect(handled.forgotten === null).toBe(remembered.size === count);
          if (handled.forgotten)
            expect(events[handled.forgotten.revision - offset]?.position).toBe(handled.forgotten.position);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('rule 3: an earlier fold does not see later events', () => {
    const before = HandledCommands.none.including(eventsOf(commands(150)));
    const size = before.size;
    before.including(eventsOf(['another', ...commands(2_000)]));
    expect(before.firstRevision('another')).toBeUndefined();
    expect(before.size).toBe(size);
  });
});
