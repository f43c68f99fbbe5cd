import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { answerParent } from './child.js';
import { measure, type Measured } from './statistics.js';

/** Each writer appends one event, waits for the response, and appends the next to another of its streams. */
export type AppendsQuestion = { readonly url: string; readonly writers: number; readonly durationMs: number };

const STREAMS_OF_A_WRITER = 40;
/** Together as long as a stored message of the benchmark. */
const data = { text: 'm'.repeat(500) };
const metadata = { text: 'm'.repeat(370) };

let client: EventStoreDBClient | undefined;

answerParent(
  async ({ url, writers, durationMs }: AppendsQuestion): Promise<Measured> => {
    const appends = (client ??= EventStoreDBClient.connectionString(url));
    const all = Array.from({ length: writers }, () =>
      Array.from({ length: STREAMS_OF_A_WRITER }, () => ({ name: `bench-${randomUUID()}`, revision: -1n })),
    );
    return measure(writers, durationMs, async (writer, nth) => {
      const stream = all[writer]?.[nth % STREAMS_OF_A_WRITER];
      if (!stream) throw new Error(`There is no writer ${writer}`);
      const { nextExpectedRevision } = await appends.appendToStream(
        stream.name,
        jsonEvent({ type: 'Appended', data, metadata }),
        { expectedRevision: stream.revision < 0n ? 'no_stream' : stream.revision },
      );
      stream.revision = nextExpectedRevision;
    });
  },
  async () => client?.dispose(),
);
