import { touchedIds, type Document, type ReadModel } from '@app/eventing';
import { categoryOf, type Message, type Position, type Recorded } from '@app/kernel';

/** `null` is a deleted document. */
type Stored<D> = { readonly document: D | null; readonly position: Position };
type Documents<D> = Map<string, Stored<D>>;

/** Examples of a model. Each also checks that folding twice, and repeating events, changes nothing. */
export function projectionSpec<D extends Document, Event extends Message>(model: ReadModel<D, Event>) {
  return {
    given: (...history: readonly Recorded<Event>[]) => ({
      when: (event: Recorded<Event>) => ({
        /** Expects these fields in the document that the event touches. */
        then: (expected: Partial<D>): void => {
          const events = [...history, event];
          const documents = fold(model, events);
          const touched = touchedIds(model, event, toDocuments(documents)).map((id) => documents.get(id)?.document);
          expect(touched).toContainEqual(expect.objectContaining(expected));
          expectRepeatable(model, events, documents);
        },
        /** Expects that the event deletes each document that it touches. */
        thenDeleted: (): void => {
          const before = fold(model, history);
          const after = fold(model, [...history, event]);
          const touched = touchedIds(model, event, toDocuments(before));
          expect(touched.map((id) => [before.get(id)?.document, after.get(id)?.document])).toEqual(
            touched.map(() => [expect.anything(), null]),
          );
          expect(touched).not.toEqual([]);
          expectRepeatable(model, [...history, event], after);
        },
        thenNothing: (): void => {
          const before = fold(model, history);
          const after = fold(model, [...history, event]);
          expect(toDocuments(after)).toEqual(toDocuments(before));
          expectRepeatable(model, [...history, event], after);
        },
      }),
    }),
  };
}

/** All documents after these events, by id. */
export const documentsOf = <D extends Document, Event extends Message>(
  model: ReadModel<D, Event>,
  events: readonly Recorded<Event>[],
): ReadonlyMap<string, D> => new Map(toDocuments(fold(model, events)).map((document) => [document.id, document]));

function expectRepeatable<D extends Document, Event extends Message>(
  model: ReadModel<D, Event>,
  events: readonly Recorded<Event>[],
  once: Documents<D>,
): void {
  expect(fold(model, events)).toEqual(once);
  expect(
    fold(
      model,
      events.flatMap((event) => [event, event]),
    ),
  ).toEqual(once);
  expect(fold(model, events, new Map(once))).toEqual(once);
}

/** Like a runner: each document is guarded by position, and is stored as JSON in between. */
function fold<D extends Document, Event extends Message>(
  model: ReadModel<D, Event>,
  events: readonly Recorded<Event>[],
  documents: Documents<D> = new Map(),
): Documents<D> {
  const isHandled = ({ stream, type }: Recorded<Event>): boolean =>
    model.categories.includes(categoryOf(stream)) && model.handles.includes(type);
  for (const event of events.filter(isHandled)) {
    for (const id of touchedIds(model, event, toDocuments(documents))) {
      const stored = documents.get(id);
      if (stored && stored.position >= event.position) continue;
      const before = stored?.document ?? null;
      const document = model.evolve(before, freeze(event), id);
      if (document !== before)
        documents.set(id, { document: document && freeze(asStored(document)), position: event.position });
    }
  }
  return documents;
}

const toDocuments = <D>(documents: Documents<D>): D[] =>
  [...documents.values()].flatMap(({ document }) => document ?? []);
const asStored = <D>(document: D): D => JSON.parse(JSON.stringify(document)) as D;

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
