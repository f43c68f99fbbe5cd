import {
  jsonEvent,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type AllStreamRecordedEvent,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import { LRUCache } from 'lru-cache';
import {
  DamagedStream,
  EventStore,
  InvalidAppend,
  serializeAppend,
  sleep,
  UnknownPosition,
  withoutGap,
  WrongExpectedRevision,
  type AppendResult,
  type ExpectedRevision,
  type RecordedStoredEvent,
  type StoredEvent,
  type SubscriptionBatch,
  type SubscriptionOptions,
} from '@app/eventing';
import type { JsonObject, Position } from '@app/kernel';
import { follow } from './follow.js';
import { ATTEMPT_MS, isAway, isUnknown, patiently, refusalOf } from './patience.js';
import { toPosition } from './positions.js';
import { toRecorded } from './recorded.js';
import { EventStoreDbClock } from './server-clock.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/**
 * After this many "unknown" failures of a subscription, over some six seconds, its position counts as one that does not
 * exist.
 */
const UNKNOWN_ANSWERS = 7;

/** How many missing streams are cached, and for how long (ms). */
const MISSING_STREAMS = { max: 20_000, ttl: 60_000 };

type Options = {
  /** For each append; see {@link openEventStoreDb}. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly closing: AbortSignal;
};

/**
 * The event store in EventStoreDB. Streams, revisions and ids are the server's own; a position is an event's commit
 * position.
 */
export class EventStoreDbEventStore extends EventStore {
  readonly clock = new EventStoreDbClock((stream, revision) => this.#stamp(stream, revision));
  /** Positions that do not exist on the server: a subscription at one of them fails at the first response. */
  readonly #unknown = new Set<Position>();
  /** Streams that do not exist and were not deleted; their metadata is not read again meanwhile. */
  readonly #missing = new LRUCache<string, true>(MISSING_STREAMS);

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly options: Options,
  ) {
    super();
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]): Promise<AppendResult> {
    // The server answers an event without a type twice, which permanently breaks the client's appends.
    serializeAppend(stream, expected, events);
    const proposed = events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata }));
    const began = performance.now();
    // Always the same ids at the same exact revision, so the server recognizes an append that it has already stored.
    const { nextExpectedRevision, position } = await patiently(this.options.closing, 'append to streams', () =>
      this.client.appendToStream(stream, proposed, {
        expectedRevision: expected === 'no-stream' ? 'no_stream' : BigInt(expected),
        deadline: ATTEMPT_MS,
        ...(this.options.credentials && { credentials: this.options.credentials }),
      }),
    ).catch((error: unknown) => {
      if (error instanceof StreamDeletedError) throw new DamagedStream(stream, 'it was deleted for good');
      if (error instanceof MaxAppendSizeExceededError)
        throw new InvalidAppend('too-large', `The server takes at most ${error.maxAppendSize} bytes in an append`);
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      const { actualVersion } = error;
      throw new WrongExpectedRevision(
        stream,
        expected,
        typeof actualVersion === 'bigint' ? Number(actualVersion) : 'no-stream',
      );
    });
    const revision = Number(nextExpectedRevision);
    this.#missing.delete(stream);
    this.clock.noteAppend({
      stream,
      revision,
      metadata: events.at(-1)?.metadata ?? {},
      began,
      ended: performance.now(),
    });
    // A deleted stream accepts "no stream", and continues at its old revision.
    const first = expected === 'no-stream' ? 0 : expected + 1;
    if (revision !== first + events.length - 1)
      throw new DamagedStream(stream, `events expected after revision ${expected} were stored at ${revision}`);
    return { revision, position: position ? toPosition(position.commit) : await this.#positionOf(stream, revision) };
  }

  // In a cluster only the leader has all recent events, such as an opt-out.
  async read(stream: string, from: number, limit: number): Promise<readonly RecordedStoredEvent[]> {
    if (limit === 0) return [];
    return patiently(this.options.closing, 'read streams', async () => {
      const events: RecordedStoredEvent[] = [];
      try {
        for await (const { event } of this.client.readStream(stream, {
          fromRevision: BigInt(from),
          maxCount: limit,
          requiresLeader: true,
        })) {
          if (event) events.push(toRecorded(event));
        }
      } catch (error) {
        if (error instanceof StreamDeletedError) throw new DamagedStream(stream, 'it was deleted for good');
        if (!(error instanceof StreamNotFoundError)) throw error;
        if (this.#missing.has(stream)) return [];
        if (await this.#wasDeleted(stream)) throw new DamagedStream(stream, 'it was deleted');
        this.#missing.set(stream, true);
        return [];
      }
      if (from === 0 && events.length === 0) throw new DamagedStream(stream, 'none of its events can be read');
      return withoutGap(stream, from, events);
    });
  }

  async *subscribe({ after, categories, signal }: SubscriptionOptions): AsyncIterable<SubscriptionBatch> {
    const stop = AbortSignal.any([signal, this.options.closing]);
    let position = after;
    let pause = FIRST_PAUSE_MS;
    let unknownAnswers = 0;
    while (!stop.aborted) {
      try {
        for await (const batch of follow(this.client, { after: position, categories, signal: stop }, () =>
          this.#last(stop),
        )) {
          ({ position } = batch);
          pause = FIRST_PAUSE_MS;
          unknownAnswers = 0;
          this.#unknown.delete(position);
          yield batch;
        }
      } catch (error) {
        if (!isAway(error)) throw refusalOf(error, 'read $all') ?? error;
        unknownAnswers = isUnknown(error) ? unknownAnswers + 1 : 0;
        if (position !== null && unknownAnswers > 0) await this.#refuseUnknown(position, unknownAnswers, stop);
      }
      await sleep(pause, stop);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }

  async head(): Promise<Position | null> {
    return (await this.#last(this.options.closing))?.position ?? null;
  }

  /** @throws UnknownPosition when only a subscription from this position fails like this, for long enough */
  async #refuseUnknown(position: Position, answers: number, signal: AbortSignal): Promise<void> {
    if (answers < UNKNOWN_ANSWERS && !this.#unknown.has(position)) return;
    const isThere = await this.#last(signal).then(
      () => true,
      () => false,
    );
    if (!isThere) return;
    this.#unknown.add(position);
    throw new UnknownPosition(position);
  }

  /** The last event of our own. The server's own events, also in `$all`, have types that begin with a dollar sign. */
  async #last(signal: AbortSignal): Promise<RecordedStoredEvent | undefined> {
    return patiently(signal, 'read $all', async () => {
      for (let maxCount = 1; ; maxCount *= 16) {
        const events: AllStreamRecordedEvent[] = [];
        for await (const { event } of this.client.readAll({
          direction: 'backwards',
          fromPosition: 'end',
          maxCount,
          requiresLeader: true,
        })) {
          if (event) events.push(event);
        }
        const last = events.find(({ type }) => !type.startsWith('$'));
        if (last || events.length < maxCount) return last && toRecorded(last);
      }
    });
  }

  async #stamp(stream: string, revision: number): Promise<{ created: Date; metadata: JsonObject } | undefined> {
    return patiently(this.options.closing, 'read streams', async () => {
      let stamp: { created: Date; metadata: JsonObject } | undefined;
      // Read to its end: the client waits at its own end for a stream that is left early.
      for await (const { event } of this.client.readStream(stream, {
        fromRevision: BigInt(revision),
        maxCount: 1,
        requiresLeader: true,
      }))
        if (event) stamp = { created: event.created, metadata: event.metadata as JsonObject };
      return stamp;
    });
  }

  /** The server reports a deleted stream like one that never existed; the metadata shows the difference. */
  async #wasDeleted(stream: string): Promise<boolean> {
    const metadata = this.client.readStream(`$$${stream}`, {
      direction: 'backwards',
      fromRevision: 'end',
      maxCount: 1,
      requiresLeader: true,
    });
    try {
      // Read to its end: leaving earlier would leave the call open.
      let wasDeleted = false;
      for await (const { event } of metadata)
        wasDeleted = Number((event?.data as { readonly $tb?: number } | undefined)?.$tb) > 0;
      return wasDeleted;
    } catch (error) {
      if (error instanceof StreamNotFoundError) return false;
      throw error;
    }
  }

  /** The server returns no position for a repeated append whose events it could not read at that moment. */
  async #positionOf(stream: string, revision: number): Promise<Position> {
    const [event] = await this.read(stream, revision, 1);
    if (!event) throw new Error(`There is no event ${revision} in ${stream}`);
    return event.position;
  }
}
