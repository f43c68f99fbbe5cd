import { Readable } from 'node:stream';
import type { EventStoreDBClient } from '@eventstore/db-client';
import type { RecordedStoredEvent } from '@app/eventing';
import { follow } from './follow.js';
import { toPosition } from './positions.js';

type Filter = { readonly checkpointReached?: (subscription: unknown, position: { commit: bigint }) => void };

class Subscription extends Readable {
  constructor() {
    super({ objectMode: true, read: () => undefined });
  }
  unsubscribe(): Promise<void> {
    return Promise.resolve();
  }
}

/** The position reached by a follower up to the head, from a server that sends events or reports its progress. */
async function reached(
  head: bigint,
  sent: readonly (bigint | { readonly looked: bigint })[],
): Promise<string | undefined> {
  const client = {
    subscribeToAll({ filter: { checkpointReached } }: { filter: Filter }) {
      const subscription = new Subscription();
      for (const item of checkpointReached ? sent : []) {
        if (typeof item === 'bigint')
          subscription.push({
            event: {
              streamId: 'thing-1',
              id: String(item),
              revision: 0n,
              type: 'Happened.v1',
              data: {},
              metadata: {},
              position: { commit: item },
            },
            commitPosition: item,
          });
        else checkpointReached?.(subscription, { commit: item.looked });
      }
      return subscription;
    },
  } as unknown as EventStoreDBClient;
  const last = { position: toPosition(head), stream: 'thing-1' } as RecordedStoredEvent;
  const stop = new AbortController();
  let position: string | undefined;
  for await (const batch of follow(client, { after: null, categories: ['thing'], signal: stop.signal }, () =>
    Promise.resolve(last),
  )) {
    ({ position } = batch);
    if (position >= last.position) stop.abort();
  }
  return position;
}

describe('the position of a follower of EventStoreDB', () => {
  it.each([
    ['its last event', [100n], 100n],
    ["the server's own events behind it", [{ looked: 40n }, { looked: 170n }], 100n],
    ["the server's own events behind an event that came meanwhile", [100n, 150n, { looked: 170n }], 150n],
    ["the server's own events before its last event", [{ looked: 40n }, 100n], 100n],
  ])('rule 13: is never beyond the end of the event store, when the server has sent %s', async (_, sent, position) => {
    expect(await reached(100n, sent)).toBe(toPosition(position));
  });
});
