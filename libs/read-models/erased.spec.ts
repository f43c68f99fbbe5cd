import { eventTypesByCategory } from '@app/domain';
import type { Document, Projection } from '@app/eventing';
import { ERASED, isErased, type Message, type Recorded } from '@app/kernel';
import { erasedSampleOf, newRecord, sampleOf, samples } from '@app/testing';
import { projections } from './projections.js';

type Type = keyof typeof samples;
type Fact = Recorded<Message>;

const types = Object.entries(eventTypesByCategory).flatMap(([category, ofCategory]) =>
  (Object.keys(ofCategory) as Type[]).map((type) => [type, category] as const),
);

/** Each event of the record's categories once, as it was, in the usual order. */
const history = (category: string): Fact[] => {
  const record = newRecord();
  return types
    .filter(([, of]) => of === category)
    .map(([type, of]) => record(`${of}-${of}-1`, sampleOf(type) as Message));
};
const follow = (projection: Projection, row: Document | null, events: readonly Fact[]): Document | null =>
  events.reduce((before, event) => projection.evolve(before, event), row);
const following = (category: string): readonly Projection[] =>
  projections.filter(({ categories }) => categories.includes(category));

it.each(types)(
  'rule 8, X8: no projection throws on %s of somebody who was erased, whatever it has seen before',
  (type, category) => {
    const event = newRecord()(`${category}-${category}-1`, erasedSampleOf(type) as Message);
    for (const projection of following(category)) {
      projection.touches(event);
      projection.evolve(null, event);
      follow(projection, null, [...history(category), event]);
    }
  },
);

it.each(types)(
  'X8: what was erased of %s stands in no document as a text, and nobody is found by it',
  (type, category) => {
    const [before, after] = [
      history(category).filter((event) => event.type !== type),
      newRecord()(`${category}-${category}-1`, erasedSampleOf(type) as Message),
    ];
    for (const projection of following(category)) {
      const stored = JSON.stringify(follow(projection, null, [...before, after]));
      for (const shape of [JSON.stringify(ERASED), 'erased]', '[object', 'undefined'])
        expect(stored).not.toContain(shape);
    }
  },
);

it('X8: the samples of erased events hold the marker in each of their sealed fields', () => {
  expect(Object.values(erasedSampleOf('ContactCreated').data).filter(isErased)).toHaveLength(4);
});
