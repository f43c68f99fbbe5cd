import {
  excludeSystemEvents,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import type { RecordedStoredEvent, SubscriptionBatch } from '@app/eventing';
import { categoryOf, type Position } from '@app/kernel';
import { batchesOf, BUFFERED } from './batches.js';
import { fromPosition, toPosition } from './positions.js';
import { toRecorded } from './recorded.js';

type From = {
  readonly after: Position | null;
  readonly categories: readonly string[] | undefined;
  readonly signal: AbortSignal;
};

/** Number of events that the server searches before it reports its progress. */
const SEARCH_WINDOW = 1_000;

/**
 * One connection of a subscription. Existing events are filtered by the server, later ones here, since the server
 * reports skipped events much too late for callers that wait for a position.
 */
export async function* follow(
  client: EventStoreDBClient,
  { after, categories, signal }: From,
  last: () => Promise<RecordedStoredEvent | undefined>,
): AsyncGenerator<SubscriptionBatch> {
  let position = after;
  const head = categories && (await last());
  if (categories && head && head.position > (after ?? '')) {
    for await (const batch of catchUp(client, { after, categories, signal }, head)) {
      ({ position } = batch);
      yield batch;
    }
    if (signal.aborted) return;
  }
  const live = client.subscribeToAll({ fromPosition: fromPosition(position), filter: excludeSystemEvents() }, BUFFERED);
  for await (const items of batchesOf(live, signal)) yield toBatch(items, categories);
}

/**
 * Up to the head. Its stream is in the filter whatever its category: when its event has arrived, all earlier ones have.
 */
async function* catchUp(
  client: EventStoreDBClient,
  { after, categories, signal }: From & { categories: readonly string[] },
  head: RecordedStoredEvent,
): AsyncGenerator<SubscriptionBatch> {
  const end = BigInt(head.position);
  const filter = streamNameFilter({
    prefixes: [...categories.map((category) => `${category}-`), head.stream],
    maxSearchWindow: SEARCH_WINDOW,
    // Queued among the events, as an item without an event. Beyond the head there are at most the server's own events.
    checkpointReached: (subscription, { commit }) =>
      void subscription.push({ commitPosition: commit < end ? commit : end }),
  });
  const subscription = client.subscribeToAll({ fromPosition: fromPosition(after), filter }, BUFFERED);
  for await (const items of batchesOf(subscription, signal)) {
    const batch = toBatch(items, categories);
    yield batch;
    if (batch.position >= head.position) return;
  }
}

function toBatch(
  items: readonly AllStreamResolvedEvent[],
  categories: readonly string[] | undefined,
): SubscriptionBatch {
  const events = items.flatMap(({ event }) => (event && isOf(event.streamId, categories) ? [toRecorded(event)] : []));
  // A checkpoint capped at the head can arrive after an event beyond it.
  const furthest = items.reduce(
    (furthestYet, { event, commitPosition }) => max(furthestYet, event?.position?.commit ?? commitPosition ?? 0n),
    0n,
  );
  return { events, position: toPosition(furthest) };
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const isOf = (stream: string, categories: readonly string[] | undefined): boolean =>
  categories === undefined || categories.includes(categoryOf(stream));
