import { eventTypesByCategory } from '@app/domain';
import { ERASED, type Projection } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { newRecord, samples } from '@app/testing';
import { projections } from './projections.js';

type Type = keyof typeof samples;
type Spec = { readonly version: number; readonly sealed?: readonly string[] };

/** Each event type of the record with its personal fields as they read when the key was destroyed. */
const erased = Object.entries(eventTypesByCategory).flatMap(([category, types]) =>
  (Object.entries(types) as [Type, Spec][]).map(([type, { sealed = [] }]) => {
    const event: Message = { type, data: { ...samples[type], ...Object.fromEntries(sealed.map((field) => [field, ERASED])) } };
    return [type, category, newRecord()(`${category}-${category}-1`, event)] as const;
  }),
);

it.each(erased)('rule 8: no projection throws on %s of somebody who was erased', (_type, category, event: Recorded<Message>) => {
  const following = projections.filter(({ categories }) => categories.includes(category));
  for (const projection of following as readonly Projection[]) projection.evolve(null, event);
});
