import type { Message, Metadata, Position, Recorded } from '@app/kernel';
import type { EventCodec, NewEvent } from './codec.js';
import type { AppendResult, EventStore, ExpectedRevision, SubscriptionOptions } from './event-store.js';
import { EventUnreadable, isOpened, type Followable } from './unopened.js';

const PAGE = 1_000;

export type JournalBatch<Event extends Message> = {
  /** Those that can be opened. */
  readonly events: readonly Recorded<Event>[];
  /** Every event, in order: for those who must not pass one over. */
  readonly all: readonly Followable<Event>[];
  readonly position: Position;
};

export type EventPlace = Pick<Recorded<Message>, 'revision' | 'position' | 'metadata'>;

/** The record as the rest of the program sees it: typed events with their personal content open. */
export class Journal {
  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
  ) {}

  /** See {@link EventStore.append}. */
  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.store.append(stream, expected, await Promise.all(events.map((event) => this.codec.seal(event))));
  }

  /** The stream's events from a revision on, to its end. @throws EventUnreadable */
  async *read<Event extends Message>(stream: string, from = 0): AsyncIterable<Recorded<Event>> {
    for (let next = from; ; next += PAGE) {
      const page = await this.store.read(stream, next, PAGE);
      if (page.length > 0) for (const event of await this.codec.open(page)) yield opened<Event>(event);
      if (page.length < PAGE) return;
    }
  }

  /** What events say about themselves from a revision on, at most `limit` of them; their content stays sealed. */
  async metadata(stream: string, from: number, limit: number): Promise<readonly EventPlace[]> {
    return (await this.store.read(stream, from, limit)).map(({ revision, position, metadata }) => ({ revision, position, metadata: metadata as unknown as Metadata }));
  }

  /** One event by its place. @throws EventUnreadable */
  async at<Event extends Message>(stream: string, revision: number): Promise<Recorded<Event> | undefined> {
    const [event] = await this.codec.open(await this.store.read(stream, revision, 1));
    return event && opened<Event>(event);
  }

  /** See {@link EventStore.subscribe}. */
  async *follow<Event extends Message>(options: SubscriptionOptions): AsyncIterable<JournalBatch<Event>> {
    for await (const { events, position } of this.store.subscribe(options)) {
      const all = (await this.codec.open(events)) as readonly Followable<Event>[];
      yield { events: all.filter(isOpened), all, position };
    }
  }

  head(): Promise<Position | null> {
    return this.store.head();
  }
}

function opened<Event extends Message>(event: Followable): Recorded<Event> {
  if (!isOpened(event)) throw new EventUnreadable(event);
  return event as Recorded<Event>;
}
