import type { Category, EventIn } from '@app/domain';
import type { JsonObject, Message, Recorded } from '@app/kernel';

/** A topic: the streams whose events it publishes, and the public form of these events. */
export type Topic<Event extends Message = Message, Public extends JsonObject = JsonObject> = {
  /** Its name and version. */
  readonly topic: string;
  /** Categories of the streams. */
  readonly categories: readonly string[];
  /** The public form of an event; `null` for an event that is not published. */
  toPublic(event: Recorded<Event>): Public | null;
  /** The ordering key. */
  keyOf(event: Public): string;
};

/** Defines a topic by the categories of its streams, which determine the type of the event it receives. */
export const defineTopic = <const Of extends Category, Public extends JsonObject>(
  topic: Omit<Topic<EventIn<Of>, Public>, 'categories'> & { readonly categories: readonly Of[] },
): Topic => topic;
