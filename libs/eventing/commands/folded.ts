import type { Message, Position, Recorded, StreamFold } from '@app/kernel';
import type { ExpectedRevision } from '../ports/event-store.js';
import { HandledCommands } from './handled-commands.js';

/** An aggregate as of a revision. */
export type Folded<State> = {
  readonly state: State;
  readonly revision: ExpectedRevision;
  readonly position: Position | null;
  /** Program of the stream's first event; `null` while the stream is empty. */
  readonly programId: string | null;
  readonly handled: HandledCommands;
};

/** The state of a stream without events. */
export const empty = <State>(initialState: State): Folded<State> => ({
  state: initialState,
  revision: 'no-stream',
  position: null,
  programId: null,
  handled: HandledCommands.none,
});

/** Folds further events of the stream. */
export function foldOn<State, Event extends Message>(
  aggregate: StreamFold<State, never, Event>,
  known: Folded<State>,
  events: readonly Recorded<Event>[],
): Folded<State> {
  const newest = events.at(-1);
  if (!newest) return known;
  return {
    state: events.reduce((state, event) => aggregate.evolve(state, event), known.state),
    revision: newest.revision,
    position: newest.position,
    programId: known.programId ?? newest.metadata.programId,
    handled: known.handled.including(events),
  };
}
