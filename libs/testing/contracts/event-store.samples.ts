import { randomUUID } from 'node:crypto';
import type { EventStore, RecordedStoredEvent, StoredEvent, SubscriptionBatch } from '@app/eventing';
import type { JsonObject, Position } from '@app/kernel';

export const happened = (data: JsonObject = {}): StoredEvent => ({
  id: randomUUID(),
  type: 'Happened.v1',
  data,
  metadata: { actor: { kind: 'system', id: 'contract' } },
});

export const many = (count: number): StoredEvent[] => Array.from({ length: count }, (_, n) => happened({ n }));

export const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

type Collected = { readonly events: readonly RecordedStoredEvent[]; readonly batches: readonly SubscriptionBatch[] };

/** Follows the event store until `enough`, or until the signal aborts. */
export async function follow(
  store: EventStore,
  from: { readonly after: Position | null; readonly categories?: readonly string[] },
  enough: (events: readonly RecordedStoredEvent[], position: Position) => boolean,
  signal: AbortSignal = new AbortController().signal,
): Promise<Collected> {
  const events: RecordedStoredEvent[] = [];
  const batches: SubscriptionBatch[] = [];
  for await (const batch of store.subscribe({ ...from, signal })) {
    events.push(...batch.events);
    batches.push(batch);
    if (enough(events, batch.position)) break;
  }
  return { events, batches };
}

/** Follows until that many events arrived. */
export const followCount = async (
  store: EventStore,
  from: { readonly after: Position | null; readonly categories?: readonly string[] },
  count: number,
): Promise<readonly RecordedStoredEvent[]> => (await follow(store, from, ({ length }) => length >= count)).events;
