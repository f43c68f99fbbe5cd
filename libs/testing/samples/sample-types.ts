import type { RecordEvent } from '@app/domain/record';
import type { DomainEvent as EventOfAggregate, eventTypes } from '@app/domain';
import type { Open } from '@app/kernel';

export type DomainEvent = EventOfAggregate | RecordEvent;

/** A stored type without a sample does not compile. */
export type Samples = Readonly<Record<keyof typeof eventTypes, object>> & {
  readonly [Type in DomainEvent['type']]: Open<Extract<DomainEvent, { type: Type }>['data']>;
};
