import { ERASED, type Message } from '@app/kernel';
import type { EventTypeSpec } from '@app/eventing';
import { eventTypes } from '@app/domain';
import type { DomainEvent } from './sample-types.js';
import { samples } from './samples.js';

/** An event as it reads when the keys of all its subjects were destroyed. */
export function erasedSampleOf<Type extends DomainEvent['type']>(type: Type): Extract<DomainEvent, { type: Type }> {
  const { sealed = {} } = eventTypes[type] as EventTypeSpec;
  const fields = Object.keys(sealed).map((field) => [field, ERASED]);
  const event: Message = { type, data: { ...samples[type], ...Object.fromEntries(fields) } };
  return event as unknown as Extract<DomainEvent, { type: Type }>;
}
