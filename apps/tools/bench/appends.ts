import { randomUUID } from 'node:crypto';
import type { EventStore, StoredEvent } from '@app/eventing';
import { openTemporary } from './folder.js';
import { progressOf } from './progress.js';
import { alternate, medianOf, perSecond, rates, ratioOf } from './rounds.js';
import { count, type Row } from './row.js';
import { measure } from './statistics.js';

export type AppendsOptions = {
  readonly few: number;
  readonly many: number;
  readonly rounds: number;
  readonly roundMs: number;
};

const WRITERS = 50;
/** Of each store, spread over it. */
const ACTIVE_STREAMS = 2_000;
const EVENTS_EACH = 10;
const AT_ONCE = 500;

/** Appends to active streams of a large event store against those of a small one. */
export async function appendsAtManyAgainstFew({ few, many, rounds, roundMs }: AppendsOptions): Promise<Row> {
  const [small, large] = [await openTemporary(), await openTemporary()];
  try {
    const ofSmall = await fill(small.eventStore, few);
    const ofLarge = await fill(large.eventStore, many);
    const [larges = [], smalls = []] = await alternate(rounds, [
      () => appendTo(large.eventStore, ofLarge, roundMs),
      () => appendTo(small.eventStore, ofSmall, roundMs),
    ]);
    return {
      id: '8',
      what: `append rate at ${count(many)} / ${count(few)} events, ${WRITERS} writers`,
      result: ratioOf(larges, smalls, perSecond),
      aim: { atLeast: 0.9 },
      measured: { appendsPerSecond: medianOf(larges, perSecond) },
      figures: `${rates(larges)} / ${rates(smalls)}`,
    };
  } finally {
    await Promise.all([small.close(), large.close()]);
  }
}

/** As long as a stored message of the benchmark. */
const newEvent = (): StoredEvent => ({
  id: randomUUID(),
  type: 'Appended.v1',
  data: { text: 'm'.repeat(500) },
  metadata: { text: 'm'.repeat(370) },
});

type Stream = { readonly name: string; revision: number };

async function fill(eventStore: EventStore, events: number): Promise<Stream[]> {
  const streams = Array.from({ length: events / EVENTS_EACH }, () => ({
    name: `bench-${randomUUID()}`,
    revision: EVENTS_EACH - 1,
  }));
  const progress = progressOf('events stored', events);
  for (let first = 0; first < streams.length; first += AT_ONCE) {
    await Promise.all(
      streams
        .slice(first, first + AT_ONCE)
        .map(({ name }) => eventStore.append(name, 'no-stream', Array.from({ length: EVENTS_EACH }, newEvent))),
    );
    progress(first * EVENTS_EACH);
  }
  const every = Math.max(1, Math.floor(streams.length / ACTIVE_STREAMS));
  return streams.filter((_, index) => index % every === 0);
}

/** Each writer has its own streams, so that there are no conflicts. */
function appendTo(eventStore: EventStore, streams: readonly Stream[], roundMs: number) {
  const each = Math.floor(streams.length / WRITERS);
  return measure(WRITERS, roundMs, async (writer) => {
    const stream = streams[writer * each + Math.floor(Math.random() * each)] as Stream;
    await eventStore.append(stream.name, stream.revision, [newEvent()]);
    stream.revision += 1;
  });
}
