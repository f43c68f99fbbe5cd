import type { Document } from '@app/eventing';
import type { Message, Position, Recorded } from '@app/kernel';

export type Projection<Event extends Message, D extends Document> = {
  readonly name: string;
  readonly categories: readonly string[];
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** Documents an event is about: one by its id, those with a value in the first field of an index, or none. */
  touches(event: Recorded<Event>): string | { readonly index: string; readonly value: unknown } | null;
  evolve(document: D | null, event: Recorded<Event>): D | null;
};

type Stored<D> = { readonly document: D; readonly position: Position };
type Documents<D> = Map<string, Stored<D>>;

/** Examples of a projection. Each also shows that folding twice, and repeating events, changes nothing. */
export function projectionSpec<Event extends Message, D extends Document>(projection: Projection<Event, D>) {
  return {
    given: (...history: readonly Recorded<Event>[]) => ({
      when: (event: Recorded<Event>) => ({
        /** What the documents touched by the event look like then, in order of id. */
        then: (...expected: readonly Partial<D>[]): void => {
          const events = [...history, event];
          const touched = touchedIds(projection, fold(projection, history), event).sort();
          const documents = fold(projection, events);
          expect(touched.map((id) => documents.get(id)?.document)).toEqual(
            expected.map((fields) => expect.objectContaining(fields) as unknown),
          );
          expectRepeatable(projection, events, documents);
        },
        thenNothing: (): void => {
          const before = fold(projection, history);
          const after = fold(projection, [...history, event]);
          expect(toDocuments(after)).toEqual(toDocuments(before));
        },
      }),
    }),
  };
}

function expectRepeatable<Event extends Message, D extends Document>(
  projection: Projection<Event, D>,
  events: readonly Recorded<Event>[],
  once: Documents<D>,
): void {
  expect(fold(projection, events)).toEqual(once);
  expect(fold(projection, events.flatMap((event) => [event, event]))).toEqual(once);
  expect(fold(projection, events, new Map(once))).toEqual(once);
}

/** As a runner does it: each document is guarded by position, and is stored as JSON in between. */
function fold<Event extends Message, D extends Document>(
  projection: Projection<Event, D>,
  events: readonly Recorded<Event>[],
  documents: Documents<D> = new Map(),
): Documents<D> {
  for (const event of events.filter(({ stream }) => projection.categories.includes(categoryOf(stream)))) {
    for (const id of touchedIds(projection, documents, event)) {
      const stored = documents.get(id);
      if (stored && stored.position >= event.position) continue;
      const document = projection.evolve(stored?.document ?? null, freeze(event));
      if (document) documents.set(id, { document: freeze(asStored(document)), position: event.position });
    }
  }
  return documents;
}

function touchedIds<Event extends Message, D extends Document>(
  projection: Projection<Event, D>,
  documents: Documents<D>,
  event: Recorded<Event>,
): string[] {
  const touched = projection.touches(event);
  if (touched === null) return [];
  if (typeof touched === 'string') return [touched];
  const field = projection.indexes[touched.index]?.[0];
  if (field === undefined) throw new Error(`${projection.name} has no index ${touched.index}`);
  return [...documents].filter(([, { document }]) => document[field] === touched.value).map(([id]) => id);
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
