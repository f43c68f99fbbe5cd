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

type DataOf<Command, Type> =
  Command extends Message<infer Types, infer Data> ? (Type extends Types ? Readonly<Data> : never) : never;

/** A `decide` made of one decision per command type. */
export const decideByType =
  <State, Command extends Message, Event extends Message>(decisions: {
    readonly [Type in Command['type']]: (data: DataOf<Command, Type>, state: State) => readonly Event[];
  }) =>
  (command: Command, state: State): readonly Event[] =>
    decisions[command.type as Command['type']](command.data as DataOf<Command, Command['type']>, state);
