import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Message, Metadata, Position, Recorded } from '@app/kernel';
import { sealedSubjects, type EventCodec, type HasSealedEvents, type NewEvent } from '../sealing/codec.js';
import type { AppendResult, EventStore, ExpectedRevision, RecordedStoredEvent } from '../ports/event-store.js';
import { EventHub, type FollowOptions } from './event-hub.js';
import { sizeOf } from './size-of.js';
import { EventUnreadable, isOpened, type Followable } from './unopened.js';

/** A page is opened in one turn of the event loop. */
const PAGE = 200;
/** Limit of the events that are kept sealed for readers of single events, in characters. */
const KNOWN_CHARACTERS = 4 * 1024 * 1024;

export type JournalBatch<Event extends Message> = {
  /** The events that can be opened. */
  readonly events: readonly Recorded<Event>[];
  /** All events, in order: for followers that must not skip one. */
  readonly all: readonly Followable<Event>[];
  readonly position: Position;
};

/**
 * The category of each subject's home, by the event field that names the subject. The home is the stream
 * `<category>-<subject>`, which holds the first event sealed for the subject. `null`: it has none.
 */
export type SubjectHomes = Readonly<Record<string, string | null>>;

export type EventPlace = Pick<Recorded<Message>, 'revision' | 'position' | 'metadata'>;

/** The event store with typed events and opened personal content. */
export class EventLog {
  /** The last events that this process appended or followed, sealed, by stream and revision. */
  private readonly known = new LRUCache<string, RecordedStoredEvent>({
    maxSize: KNOWN_CHARACTERS,
    sizeCalculation: sizeOf,
  });
  private readonly hub: EventHub;

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
    private readonly homes: SubjectHomes,
  ) {
    this.hub = new EventHub(store, codec, { onEvent: (event) => this.remember(event) });
  }

  /** See {@link EventStore.append}. @throws KeyDestroyed, KeyLost */
  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const sealed = await Promise.all(events.map((event) => this.codec.seal(event, this.hasSealedEvents)));
    const result = await this.store.append(stream, expected, sealed);
    const [event] = sealed;
    // For several events the store returns only the position of the last one.
    if (event && sealed.length === 1) this.remember({ ...event, stream, ...result });
    return result;
  }

  private remember(event: RecordedStoredEvent): void {
    this.known.set(placeOf(event.stream, event.revision), event);
  }

  /** Whether the home stream of a subject has any event. */
  async hasHistory(subjectField: string, subject: string): Promise<boolean> {
    const category = this.homes[subjectField];
    return Boolean(category) && (await this.store.read(`${category}-${subject}`, 0, 1)).length > 0;
  }

  /** A subject without a home counts as having no sealed events. */
  private readonly hasSealedEvents: HasSealedEvents = async (subjectField, subject) => {
    const category = this.homes[subjectField];
    if (!category) return false;
    for await (const page of this.pages(`${category}-${subject}`, 0))
      if (page.some((event) => sealedSubjects(event).includes(subject))) return true;
    return false;
  };

  /** The stream's events from a revision to its end. @throws EventUnreadable */
  async *read<Event extends Message>(stream: string, from = 0): AsyncIterable<Recorded<Event>> {
    for await (const page of this.pages(stream, from))
      for (const event of await this.codec.open(page)) yield opened<Event>(event);
  }

  private async *pages(stream: string, from: number): AsyncIterable<readonly RecordedStoredEvent[]> {
    for (let next = from; ; next += PAGE) {
      const page = await this.store.read(stream, next, PAGE);
      if (page.length > 0) yield page;
      if (page.length < PAGE) return;
      // A long stream must leave time for other work of the process.
      await nextTurn();
    }
  }

  /** The metadata of at most `limit` events from a revision on; their content stays sealed. */
  async metadata(stream: string, from: number, limit: number): Promise<readonly EventPlace[]> {
    return (await this.store.read(stream, from, limit)).map(({ revision, position, metadata }) => ({
      revision,
      position,
      metadata: metadata as unknown as Metadata,
    }));
  }

  /** One event by its stream and revision. @throws EventUnreadable */
  async at<Event extends Message>(stream: string, revision: number): Promise<Recorded<Event> | undefined> {
    const known = this.known.get(placeOf(stream, revision));
    const [event] = await this.codec.open(known ? [known] : await this.store.read(stream, revision, 1));
    return event && opened<Event>(event);
  }

  /** See {@link EventStore.subscribe}. */
  async *follow<Event extends Message>(options: FollowOptions): AsyncIterable<JournalBatch<Event>> {
    for await (const { all, position } of this.hub.follow(options)) {
      const followed = all as readonly Followable<Event>[];
      yield { events: followed.filter(isOpened), all: followed, position };
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

const placeOf = (stream: string, revision: number): string => `${stream} ${revision}`;
