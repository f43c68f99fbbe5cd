import type { Decider } from './decider.js';
import type { EventTypes } from './event-types.js';
import type { JsonObject, Message } from './message.js';

/** Turns stored data of an older version into the next version, by stored type (`MessageSent.v1`). */
export type Upcasters = Readonly<
  Record<string, (data: JsonObject) => { readonly type: string; readonly data: JsonObject }>
>;

/** What is needed to fold a stream: the rules, and the category of its name. */
export type StreamFold<State, Command extends Message, Event extends Message> = Decider<State, Command, Event> & {
  readonly category: string;
  /**
   * Stores snapshots of long streams. Raise it when the state has another shape or an event another effect: snapshots of
   * another version are ignored. Only for a state without personal content, since a snapshot is not sealed.
   */
  readonly snapshotVersion?: number;
};

/** The complete description of an aggregate: its rules, the category of its streams, and its stored events. */
export const defineAggregate = <
  const Category extends string,
  State,
  Command extends Message,
  Event extends Message,
  const Events extends EventTypes<Event>,
>({
  decider,
  ...stored
}: {
  readonly category: Category;
  readonly decider: Decider<State, Command, Event>;
  readonly events: Events;
  readonly upcasters?: Upcasters;
  /** See {@link StreamFold}. */
  readonly snapshotVersion?: number;
}) => ({ upcasters: {}, ...decider, ...stored });

/** The name of an aggregate's stream. */
export const streamOf = ({ category }: { readonly category: string }, id: string): string => `${category}-${id}`;

export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));
