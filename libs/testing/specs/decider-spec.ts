import type { Decider, Message } from '@app/kernel';

type ErrorClass = abstract new (...values: never[]) => Error;

/** Examples of a decider that read like sentences: `given(events).when(command).then(events)`. */
export function deciderSpec<State, Command extends Message, Event extends Message>(
  decider: Decider<State, Command, Event>,
) {
  return {
    given: (...history: readonly Event[]) => ({
      when: (command: Command) => {
        const decide = (): readonly Event[] => {
          const evolve = (state: State, event: Event) => decider.evolve(state, event);
          return decider.decide(command, history.reduce(evolve, decider.initialState));
        };
        return {
          then: (...expected: readonly Event[]): void => {
            expect(decide()).toEqual(expected);
          },
          thenNothing: (): void => {
            expect(decide()).toEqual([]);
          },
          thenThrows: (error: ErrorClass): void => {
            expect(decide).toThrow(error as new (...values: never[]) => Error);
          },
        };
      },
    }),
  };
}
