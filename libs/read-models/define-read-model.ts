import { eventTypesByCategory, type DomainEvent } from '@app/domain';
import type { Document, ReadModel } from '@app/eventing';

type EventOf<Type extends DomainEvent['type']> = Extract<DomainEvent, { type: Type }>;

/**
 * Defines a read model by the events that it handles, which determine the streams to follow and the event type of the
 * fold.
 */
export const defineReadModel =
  <Row extends Document>() =>
  <const Type extends DomainEvent['type']>(
    definition: Omit<ReadModel<Row, EventOf<Type>>, 'categories' | 'handles'> & { readonly handles: readonly Type[] },
  ): ReadModel<Row> => ({ ...definition, categories: categoriesOf(definition.handles) });

const categoriesOf = (handled: readonly string[]): readonly string[] =>
  Object.entries(eventTypesByCategory)
    .filter(([, types]) => handled.some((type) => Object.hasOwn(types, type)))
    .map(([category]) => category);
