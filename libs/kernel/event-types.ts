import type { Erased } from './erased.js';
import type { Message } from './message.js';

/** The fields of an event that can be erased: those of type {@link Personal}. */
type PersonalField<Data> = {
  [Field in keyof Data]-?: [Extract<Data[Field], Erased>] extends [never] ? never : Field;
}[keyof Data] &
  string;

/** The fields that can name a subject: required strings that are not sealed themselves. */
type SubjectField<Data> = { [Field in keyof Data]-?: [Data[Field]] extends [string] ? Field : never }[keyof Data] &
  string;

type EventType<Data> = [PersonalField<Data>] extends [never]
  ? { readonly version: number; readonly sealed?: never }
  : { readonly version: number; readonly sealed: { readonly [Field in PersonalField<Data>]: SubjectField<Data> } };

/**
 * How each event of an aggregate is stored: the version of its schema, and for each personal field (`sealed`) the field
 * that holds the id of the subject whose key seals it. Exactly the personal fields must be listed.
 */
export type EventTypes<Events extends Message> = {
  readonly [Type in Events['type']]: EventType<Extract<Events, { type: Type }>['data']>;
};
