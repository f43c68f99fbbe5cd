import { eventTypesByCategory } from '@app/domain';
import type { Document, ReadModel } from '@app/eventing';
import { ERASED, isErased, type Message, type Recorded } from '@app/kernel';
import { erasedSampleOf, newRecord, sampleOf, samples } from '@app/testing';
import { readModels } from './read-models.js';

type Type = keyof typeof samples;
type Fact = Recorded<Message>;

const types = Object.entries(eventTypesByCategory).flatMap(([category, ofCategory]) =>
  (Object.keys(ofCategory) as Type[]).map((type) => [type, category] as const),
);

/** Each event of the categories once, unchanged, in the usual order. */
const history = (category: string): Fact[] => {
  const record = newRecord();
  return types
    .filter(([, of]) => of === category)
    .map(([type, of]) => record(`${of}-${of}-1`, sampleOf(type) as Message));
};
const follow = (model: ReadModel, row: Document | null, events: readonly Fact[]): Document | null =>
  events
    .filter(({ type }) => model.handles.includes(type))
    .reduce((before, event) => model.evolve(before, event, 'document-1'), row);
const showing = (type: Type): readonly ReadModel[] => readModels.filter(({ handles }) => handles.includes(type));

it.each(types)(
  'rule 8, X8: no projection throws on %s of an erased person, whatever it has seen before',
  (type, category) => {
    const event = newRecord()(`${category}-${category}-1`, erasedSampleOf(type) as Message);
    for (const model of showing(type)) {
      model.touches(event);
      model.evolve(null, event, 'document-1');
      follow(model, null, [...history(category), event]);
    }
  },
);

it.each(types)('X8: erased content of %s is in no document, and finds nobody', (type, category) => {
  const [before, after] = [
    history(category).filter((event) => event.type !== type),
    newRecord()(`${category}-${category}-1`, erasedSampleOf(type) as Message),
  ];
  for (const model of showing(type)) {
    const stored = JSON.stringify(follow(model, null, [...before, after]));
    for (const shape of [JSON.stringify(ERASED), 'erased]', '[object', 'undefined'])
      expect(stored).not.toContain(shape);
  }
});

it('X8: the samples of erased events hold the marker in each of their sealed fields', () => {
  expect(Object.values(erasedSampleOf('ContactCreated').data).filter(isErased)).toHaveLength(7);
});
