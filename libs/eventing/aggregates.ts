import { LRUCache } from 'lru-cache';
import type { Decider, Message, Position, Recorded } from '@app/kernel';
import type { ExpectedRevision } from './event-store.js';
import type { Journal } from './journal.js';
import type { Keyring } from './keyring.js';
import { programHash } from './program-hash.js';

/** Where in the stream a command's events are. */
export type Answer = { readonly hash: string; readonly from: number; readonly to: number };

/** An aggregate as of a revision. */
export type Folded<State> = {
  readonly state: State;
  readonly revision: ExpectedRevision;
  readonly position: Position | null;
  /** Program of the stream's first event; `null` while the stream is empty. */
  readonly programId: string | null;
  readonly answers: Map<string, Answer>;
};

const STREAMS_IN_MEMORY = 20_000;

/**
 * Folds streams into states. A folded aggregate stays in memory and only what came since is read; the store's revision
 * check stays the judge.
 */
export class Aggregates {
  private readonly folded = new LRUCache<string, Folded<unknown>>({ max: STREAMS_IN_MEMORY });

  constructor(
    readonly journal: Journal,
    private readonly keyring: Keyring,
  ) {}

  async load<State, Event extends Message>(decider: Decider<State, never, Event>, stream: string): Promise<Folded<State>> {
    const events: Recorded<Event>[] = [];
    const known = this.known<State>(stream, decider.initialState);
    for await (const event of this.journal.read<Event>(stream, last(known) + 1)) events.push(event);
    return this.extend(decider, stream, known, events);
  }

  /** Folds the events that follow what is known, and remembers the result unless somebody has come further meanwhile. */
  extend<State, Event extends Message>(
    decider: Decider<State, never, Event>,
    stream: string,
    known: Folded<State>,
    events: readonly Recorded<Event>[],
  ): Folded<State> {
    const [newest] = events.slice(-1);
    if (!newest) return known;
    const { answers } = known;
    for (const { metadata, revision } of events) {
      const from = answers.get(metadata.commandId)?.from ?? revision;
      answers.set(metadata.commandId, { hash: metadata.commandHash, from, to: revision });
    }
    const folded: Folded<State> = {
      state: events.reduce((state, event) => decider.evolve(state, event), known.state),
      revision: newest.revision,
      position: newest.position,
      programId: known.programId ?? newest.metadata.programId,
      answers,
    };
    if (last(this.known(stream, decider.initialState)) < newest.revision) this.folded.set(stream, folded);
    return folded;
  }

  private known<State>(stream: string, initialState: State): Folded<State> {
    return (this.folded.get(stream) as Folded<State> | undefined) ?? empty(initialState);
  }

  /** Keyed, so that a short text cannot be guessed from the hash that the record keeps in the open. @throws ProgramGone */
  async hash(programId: string, command: Message): Promise<string> {
    return (await programHash(this.keyring, programId, 'commands', JSON.stringify(command))).toString('base64url');
  }
}

const last = ({ revision }: Folded<unknown>): number => (revision === 'no-stream' ? -1 : revision);

/** What a stream without events folds to. */
export const empty = <State>(initialState: State): Folded<State> => ({
  state: initialState,
  revision: 'no-stream',
  position: null,
  programId: null,
  answers: new Map(),
});
