import type { Message } from '@app/kernel';
import { eventTypes } from '@app/domain';
import type { EventTypeSpec } from '@app/eventing';
import { readStates, statesAfter, withSnapshots } from './golden-states.js';
import { sampleOf } from './samples.js';

describe.each(withSnapshots)('the snapshots of $aggregate.category', ({ aggregate, types, path }) => {
  it('contain the states of their version; otherwise raise `snapshotVersion` and run `npm run golden`', () => {
    const recorded = readStates(path);
    expect(
      JSON.parse(
        JSON.stringify(
          statesAfter(
            aggregate,
            recorded.map(({ event }) => event),
          ),
        ),
      ),
    ).toEqual(recorded);
  });

  it('rule 6: contain nothing personal', () => {
    const marked = types.map((type): Message => {
      const { sealed = {} } = eventTypes[type] as EventTypeSpec;
      const personal = Object.fromEntries(Object.keys(sealed).map((field) => [field, 'personal']));
      return { type, data: { ...sampleOf(type).data, ...personal } };
    });
    for (const { state } of statesAfter(aggregate, marked)) expect(JSON.stringify(state)).not.toContain('personal');
  });
});

it('conversations have snapshots', () => {
  expect(withSnapshots.map(({ aggregate }) => aggregate.category)).toContain('conversation');
});
