import { randomUUID } from 'node:crypto';
import {
  EventStoreDBClient,
  excludeSystemEvents,
  jsonEvent,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type AppendExpectedRevision,
  type JSONType,
  type ReadRevision,
} from '@eventstore/db-client';

export type Event = ReturnType<typeof jsonEvent>;

/** Sends requests to a server by the unmodified client, and describes each answer in a few words. */
export class Asker {
  readonly client: EventStoreDBClient;
  /** Position of the last append that was answered. */
  position = 0n;

  constructor(url: string) {
    this.client = EventStoreDBClient.connectionString(url);
  }

  readonly stream = (): string => `asked-${randomUUID()}`;

  readonly event = (data: JSONType = {}, type = 'Asked'): Event =>
    jsonEvent({ id: randomUUID(), type, data, metadata: { by: 'asker' } });

  /** A stream with these events. */
  async streamOf(...events: Event[]): Promise<string> {
    const stream = this.stream();
    await this.append(stream, 'no_stream', events);
    return stream;
  }

  append(stream: string, expectedRevision: AppendExpectedRevision, events: Event[]): Promise<string> {
    return inWords(async () => {
      const { nextExpectedRevision, position } = await this.client.appendToStream(stream, events, {
        expectedRevision,
        deadline: 8_000,
      });
      if (position?.commit !== position?.prepare) return 'commit and prepare position differ';
      this.position = position?.commit ?? 0n;
      return `next ${nextExpectedRevision}`;
    });
  }

  /** Revisions of the events that were read. */
  read(
    stream: string,
    fromRevision: ReadRevision = 'start',
    maxCount = 10,
    direction: 'forwards' | 'backwards' = 'forwards',
  ): Promise<string> {
    return inWords(async () => {
      const revisions: bigint[] = [];
      for await (const { event } of this.client.readStream(stream, { fromRevision, maxCount, direction }))
        if (event) revisions.push(event.revision);
      return `revisions ${revisions.join(' ')}`.trim();
    });
  }

  /** Positions of the events that were read from `$all`. */
  readAll(from: bigint, maxCount = 2): Promise<string> {
    return inWords(async () => {
      const found: bigint[] = [];
      for await (const { event } of this.client.readAll({ fromPosition: { commit: from, prepare: from }, maxCount }))
        if (event) found.push(event.position.commit);
      return `from ${found[0] === from ? 'there on' : found.length}`;
    });
  }

  /** The output of a subscription until it fails or has caught up; then it is ended. */
  async subscribe(from: bigint): Promise<string[]> {
    const said: string[] = [];
    const subscription = this.client.subscribeToAll({
      fromPosition: { commit: from, prepare: from },
      filter: excludeSystemEvents(),
    });
    const over = Promise.withResolvers<void>();
    subscription.on('confirmation', () => said.push('confirmed'));
    subscription.on('data', ({ event }) => said.push(event?.id ?? ''));
    subscription.on('caughtUp', () => (said.push('caught up'), over.resolve()));
    subscription.on('error', (error) => (said.push(wordsOf(error)), over.resolve()));
    await over.promise;
    await subscription.unsubscribe();
    return said;
  }
}

async function inWords(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    return wordsOf(error);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof WrongExpectedVersionError)
    return `conflict: at ${error.actualVersion}, expected ${error.expectedVersion}`;
  if (error instanceof MaxAppendSizeExceededError) return `too large: at most ${error.maxAppendSize}`;
  if (error instanceof StreamNotFoundError) return 'not found';
  if (error instanceof StreamDeletedError) return 'deleted';
  return error instanceof Error ? error.message : String(error);
}
