import { touchedIds, type Document, type Projection } from '@app/eventing';
import type { Message, Position, Recorded } from '@app/kernel';

type Stored<D> = { readonly document: D; readonly position: Position };
type Documents<D> = Map<string, Stored<D>>;

/** Examples of a projection. Each also shows that folding twice, and repeating events, changes nothing. */
export function projectionSpec<Event extends Message, D extends Document>(projection: Projection<Event, D>) {
  return {
    given: (...history: readonly Recorded<Event>[]) => ({
      when: (event: Recorded<Event>) => ({
        /** What the document touched by the event looks like then. */
        then: (expected: Partial<D>): void => {
          const events = [...history, event];
          const documents = fold(projection, events);
          expect(documents.get(projection.touches(event) ?? '')?.document).toEqual(expect.objectContaining(expected));
          expectRepeatable(projection, events, documents);
        },
        thenNothing: (): void => {
          const before = fold(projection, history);
          const after = fold(projection, [...history, event]);
          expect(toDocuments(after)).toEqual(toDocuments(before));
          expectRepeatable(projection, [...history, event], after);
        },
      }),
    }),
  };
}

/** All documents after these events, by id. */
export const documentsOf = <Event extends Message, D extends Document>(
  projection: Projection<Event, D>,
  events: readonly Recorded<Event>[],
): ReadonlyMap<string, D> => new Map([...fold(projection, events)].map(([id, { document }]) => [id, document]));

function expectRepeatable<Event extends Message, D extends Document>(
  projection: Projection<Event, D>,
  events: readonly Recorded<Event>[],
  once: Documents<D>,
): void {
  expect(fold(projection, events)).toEqual(once);
  expect(
    fold(
      projection,
      events.flatMap((event) => [event, event]),
    ),
  ).toEqual(once);
  expect(fold(projection, events, new Map(once))).toEqual(once);
}

/** As a runner does it: each document is guarded by position, and is stored as JSON in between. */
function fold<Event extends Message, D extends Document>(
  projection: Projection<Event, D>,
  events: readonly Recorded<Event>[],
  documents: Documents<D> = new Map(),
): Documents<D> {
  for (const event of events.filter(({ stream }) => projection.categories.includes(categoryOf(stream)))) {
    for (const id of touchedIds(
      projection,
      event,
      [...documents.values()].map(({ document }) => document),
    )) {
      const stored = documents.get(id);
      if (stored && stored.position >= event.position) continue;
      const document = projection.evolve(stored?.document ?? null, freeze(event));
      if (document) documents.set(id, { document: freeze(asStored(document)), position: event.position });
    }
  }
  return documents;
}

const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));
const toDocuments = <D>(documents: Documents<D>): D[] => [...documents.values()].map(({ document }) => document);
const asStored = <D>(document: D): D => JSON.parse(JSON.stringify(document)) as D;

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
