import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { Wakeup } from '@app/eventing';

/** Maximum number of events in one batch. */
const BATCH = 500;
/** Buffer on either side of the client's conversion; more stays on the server. */
export const BUFFERED = { highWaterMark: BATCH / 2 };

/**
 * The events received since the last batch, until the signal aborts or the server ends the subscription.
 * @throws the error of the subscription, after its last event
 */
export async function* batchesOf(
  subscription: AllStreamSubscription,
  signal: AbortSignal,
): AsyncGenerator<readonly AllStreamResolvedEvent[]> {
  let failure: Error | undefined;
  let ended = false;
  const news = new Wakeup();
  subscription.on('readable', () => news.wake());
  // The listener stays: without one, a late error would end the process.
  subscription.on('error', (error) => {
    failure = error;
    news.wake();
  });
  subscription.on('end', () => {
    ended = true;
    news.wake();
  });
  try {
    while (!signal.aborted) {
      const { calls } = news;
      const batch = buffered(subscription);
      if (batch.length > 0) yield batch;
      else if (failure) throw failure;
      else if (ended) return;
      else {
        await news.wait({ since: calls, signal });
        await lull(subscription);
      }
    }
  } finally {
    // Not awaited: the request may never have reached the server.
    void subscription.unsubscribe().catch(() => undefined);
  }
}

/**
 * Events that arrive together form one batch: resolves when a turn of the event loop brings no more, or the batch is
 * full.
 */
async function lull(subscription: AllStreamSubscription): Promise<void> {
  for (let length = 0; length < subscription.readableLength && length < BUFFERED.highWaterMark;) {
    length = subscription.readableLength;
    await nextTurn();
  }
}

function buffered(subscription: AllStreamSubscription): AllStreamResolvedEvent[] {
  const batch: AllStreamResolvedEvent[] = [];
  while (batch.length < BATCH) {
    const next = subscription.read() as AllStreamResolvedEvent | null;
    if (next === null) break;
    batch.push(next);
  }
  return batch;
}
