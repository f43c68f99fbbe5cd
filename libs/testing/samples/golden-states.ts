import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Message, StreamFold } from '@app/kernel';
import { aggregates } from '@app/domain';
import type { DomainEvent } from './sample-types.js';
import { sampleOf } from './samples.js';

/** Each event, and the state after it. Never edit such a file: raise the `snapshotVersion` of the aggregate. */
export type GoldenStates = readonly { readonly event: Message; readonly state: unknown }[];

/** The aggregates with snapshots, and the file of each. */
export const withSnapshots = aggregates.flatMap((aggregate) =>
  'snapshotVersion' in aggregate && aggregate.snapshotVersion !== undefined
    ? [
        {
          aggregate: aggregate as unknown as StreamFold<unknown, never, Message>,
          types: Object.keys(aggregate.events) as DomainEvent['type'][],
          path: join('libs', 'domain', aggregate.category, 'golden-states', `v${aggregate.snapshotVersion}.json`),
        },
      ]
    : [],
);

export const readStates = (path: string): GoldenStates => JSON.parse(readFileSync(path, 'utf8')) as GoldenStates;

/** Each event with the state after it. */
export function statesAfter(
  { initialState, evolve }: StreamFold<unknown, never, Message>,
  events: readonly Message[],
): GoldenStates {
  let state = initialState;
  return events.map((event) => ({ event, state: (state = evolve(state, event)) }));
}

/** Creates the missing files; returns their paths. */
export const makeMissingStates = (): string[] =>
  withSnapshots
    .filter(({ path }) => !existsSync(path))
    .map(({ aggregate, types, path }) => {
      mkdirSync(dirname(path), { recursive: true });
      const states = statesAfter(aggregate, types.map(sampleOf));
      writeFileSync(path, `${JSON.stringify(states, null, 2)}\n`, { flag: 'wx' });
      return path;
    });
