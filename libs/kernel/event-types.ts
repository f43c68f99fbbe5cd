import type { Message } from './message.js';

type FieldOf<Event extends Message> = Extract<keyof Event['data'], string>;

/**
 * How each event of an aggregate is stored: the version of its schema, which of its fields are personal (`sealed`),
 * and which field holds the id of the person they belong to (`subject`). Sealed fields need a subject.
 */
export type EventTypes<Events extends Message> = {
  readonly [Type in Events['type']]:
    | { readonly version: number }
    | {
        readonly version: number;
        readonly sealed: readonly FieldOf<Extract<Events, { type: Type }>>[];
        readonly subject: FieldOf<Extract<Events, { type: Type }>>;
      };
};
