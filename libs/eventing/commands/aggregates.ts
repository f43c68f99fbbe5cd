import { LRUCache } from 'lru-cache';
import { streamOf, type Message, type Position, type Recorded, type StreamFold } from '@app/kernel';
import type { ExpectedRevision } from '../ports/event-store.js';
import { HandledCommands } from './handled-commands.js';
import type { EventLog } from '../reading/event-log.js';
import type { Keyring } from '../ports/keyring.js';
import { programHash } from '../sealing/program-hash.js';

/** An aggregate as of a revision. */
export type Folded<State> = {
  readonly state: State;
  readonly revision: ExpectedRevision;
  readonly position: Position | null;
  /** Program of the stream's first event; `null` while the stream is empty. */
  readonly programId: string | null;
  readonly handled: HandledCommands;
};

/** The last estimate of a state's size in memory, with its revision. */
type Estimate = { readonly bytes: number; readonly revision: number };
type Remembered = { readonly folded: Folded<unknown>; readonly state: Estimate };

/** Default limit for the estimated memory of all cached aggregates of a process. */
const BYTES_IN_MEMORY = 64 * 1024 * 1024;
const BYTES_PER_AGGREGATE = 600;
/** Measured: a map entry with a UUID as its key. */
const BYTES_PER_COMMAND = 100;
const PAGE = 1_000;

/**
 * Folds streams into states. A folded aggregate stays in memory and only newer events are read; the store's revision
 * check detects an outdated one.
 */
export class Aggregates {
  private readonly memories: LRUCache<string, Remembered>;

  constructor(
    readonly eventLog: EventLog,
    readonly keyring: Keyring,
    bytesInMemory = BYTES_IN_MEMORY,
  ) {
    this.memories = new LRUCache({ maxSize: bytesInMemory, sizeCalculation: sizeOf });
  }

  /** The estimated size of the cache. */
  get memory(): { readonly streams: number; readonly bytes: number } {
    return { streams: this.memories.size, bytes: this.memories.calculatedSize };
  }

  async load<State, Event extends Message>(
    aggregate: StreamFold<State, never, Event>,
    id: string,
  ): Promise<Folded<State>> {
    let folded = this.remembered(aggregate, id);
    const stream = streamOf(aggregate, id);
    let page: Recorded<Event>[] = [];
    for await (const event of this.eventLog.read<Event>(stream, last(folded) + 1)) {
      page.push(event);
      if (page.length < PAGE) continue;
      folded = this.extend(aggregate, id, folded, page);
      page = [];
    }
    return this.extend(aggregate, id, folded, page);
  }

  /** Folds the events after the cached state, and caches the result unless a newer one was cached meanwhile. */
  extend<State, Event extends Message>(
    aggregate: StreamFold<State, never, Event>,
    id: string,
    known: Folded<State>,
    events: readonly Recorded<Event>[],
  ): Folded<State> {
    const [newest] = events.slice(-1);
    if (!newest) return known;
    const folded: Folded<State> = {
      state: events.reduce((state, event) => aggregate.evolve(state, event), known.state),
      revision: newest.revision,
      position: newest.position,
      programId: known.programId ?? newest.metadata.programId,
      handled: known.handled.including(events),
    };
    const stream = streamOf(aggregate, id);
    const before = this.memories.peek(stream);
    if (!before || last(before.folded) < newest.revision)
      this.memories.set(stream, { folded, state: estimate(folded.state, newest.revision, before?.state) });
    return folded;
  }

  /** The cached state, without reading the stream; other processes may have appended since. */
  remembered<State, Event extends Message>(aggregate: StreamFold<State, never, Event>, id: string): Folded<State> {
    const known = this.memories.get(streamOf(aggregate, id))?.folded;
    return (known as Folded<State> | undefined) ?? empty(aggregate.initialState);
  }

  /** Keyed, so that a short text cannot be guessed from the unencrypted hash in the event store. @throws ProgramGone */
  hash(programId: string, content: Message): Promise<Buffer> {
    return programHash(this, programId, 'commands', JSON.stringify(content));
  }
}

const last = ({ revision }: Folded<unknown>): number => (revision === 'no-stream' ? -1 : revision);

const sizeOf = ({ folded: { handled }, state }: Remembered): number =>
  BYTES_PER_AGGREGATE + state.bytes + handled.size * BYTES_PER_COMMAND;

/**
 * Twice the length of the state as JSON. A large state is not measured after every event, but after one event per
 * kilobyte: the error meanwhile is small in comparison.
 */
function estimate(state: unknown, revision: number, before: Estimate | undefined): Estimate {
  if (before && (revision - before.revision) * 1_024 < before.bytes) return before;
  return { bytes: 2 * (JSON.stringify(state) ?? '').length, revision };
}

/** The state of a stream without events. */
export const empty = <State>(initialState: State): Folded<State> => ({
  state: initialState,
  revision: 'no-stream',
  position: null,
  programId: null,
  handled: HandledCommands.none,
});
