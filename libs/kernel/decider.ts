import type { Message } from './message.js';

/**
 * The rules of one aggregate, pure: no clock, no randomness, no I/O; the command carries all data for the decision.
 * `decide` returns `[]` when there is nothing to do and throws a {@link DomainError} when a rule is broken.
 */
export type Decider<State, Command extends Message, Event extends Message> = {
  readonly initialState: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
};
