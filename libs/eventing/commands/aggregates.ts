import { LRUCache } from 'lru-cache';
import { streamOf, type Message, type Recorded, type StreamFold } from '@app/kernel';
import { empty, foldOn, type Folded } from './folded.js';
import type { EventLog } from '../reading/event-log.js';
import type { Keyring } from '../ports/keyring.js';
import type { SnapshotStore } from '../ports/snapshot-store.js';
import { programHash } from '../sealing/program-hash.js';
import { EVENTS_PER_SNAPSHOT, Snapshots } from './snapshots.js';

/** The last estimate of a state's size in memory, with its revision. */
type Estimate = { readonly bytes: number; readonly revision: number };
/** `snapshot` is the revision of the last snapshot, -1 when none is known. */
type Remembered = { readonly folded: Folded<unknown>; readonly state: Estimate; readonly snapshot: number };

/** Default limit for the estimated memory of all cached aggregates of a process. */
const BYTES_IN_MEMORY = 64 * 1024 * 1024;
const BYTES_PER_AGGREGATE = 600;
/** Measured: a map entry with a UUID as its key. */
const BYTES_PER_COMMAND = 100;
const PAGE = 200;

/**
 * Folds streams into states. A folded aggregate stays in memory and only newer events are read; the store's revision
 * check detects an outdated one. A long stream that is not in memory is read from its last snapshot on.
 */
export class Aggregates {
  private readonly memories: LRUCache<string, Remembered>;
  private readonly snapshots: Snapshots;

  constructor(
    readonly eventLog: EventLog,
    readonly keyring: Keyring,
    snapshots: SnapshotStore,
    bytesInMemory = BYTES_IN_MEMORY,
  ) {
    this.snapshots = new Snapshots(snapshots, eventLog);
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
    const stream = streamOf(aggregate, id);
    let folded = this.remembered(aggregate, id);
    let snapshot: number | undefined;
    if (folded.revision === 'no-stream') {
      folded = (await this.snapshots.load(aggregate, stream)) ?? folded;
      snapshot = last(folded);
    }
    let page: Recorded<Event>[] = [];
    for await (const event of this.eventLog.read<Event>(stream, last(folded) + 1)) {
      page.push(event);
      if (page.length < PAGE) continue;
      folded = foldOn(aggregate, folded, page);
      page = [];
    }
    return this.keep(aggregate, stream, foldOn(aggregate, folded, page), snapshot);
  }

  /** Folds the events after the cached state, and caches the result unless a newer one was cached meanwhile. */
  extend<State, Event extends Message>(
    aggregate: StreamFold<State, never, Event>,
    id: string,
    known: Folded<State>,
    events: readonly Recorded<Event>[],
  ): Folded<State> {
    return this.keep(aggregate, streamOf(aggregate, id), foldOn(aggregate, known, events));
  }

  /** @param snapshot revision of the snapshot that was read, if one was looked for */
  private keep<State, Event extends Message>(
    aggregate: StreamFold<State, never, Event>,
    stream: string,
    folded: Folded<State>,
    snapshot = -1,
  ): Folded<State> {
    const before = this.memories.peek(stream);
    const revision = last(folded);
    if (before ? last(before.folded) >= revision : revision < 0) return folded;
    let saved = before?.snapshot ?? snapshot;
    if (aggregate.snapshotVersion !== undefined && revision - saved >= EVENTS_PER_SNAPSHOT) {
      this.snapshots.save(aggregate, stream, folded);
      saved = revision;
    }
    this.memories.set(stream, { folded, state: estimate(folded.state, revision, before?.state), snapshot: saved });
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
