import { categoriesOf, type DomainEvent, type EventOf } from '@app/domain';
import type { Document, ReadModel } from '@app/eventing';

/**
 * Defines a read model by the events that it handles, which determine the streams to follow and the event type of the
 * fold.
 */
export const defineReadModel =
  <Row extends Document>() =>
  <const Type extends DomainEvent['type']>(
    definition: Omit<ReadModel<Row, EventOf<Type>>, 'categories' | 'handles'> & { readonly handles: readonly Type[] },
  ): ReadModel<Row> => ({ ...definition, categories: categoriesOf(definition.handles) });
