import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader } from './evidence.js';

const PAUSE_MS = 500;
/** Longer than a claim may stay open and the reconciler may pause. */
const QUIET_MS = 3_000;
/** Many processes and their servers on one machine may lag by minutes. */
const LONGEST_MS = 300_000;

/** Waits until no delivery is due or in progress, and nothing changes any more. @returns whether that was reached */
export async function settle(reader: Reader): Promise<boolean> {
  const giveUpAt = Date.now() + LONGEST_MS;
  let last = '';
  let since = Date.now();
  while (Date.now() < giveUpAt) {
    const open = [...(await reader.deliveries('requested')), ...(await reader.deliveries('claimed'))];
    const seen = JSON.stringify([
      (await reader.deliveries('uncertain')).map(({ id }) => id),
      (await reader.conversations()).map(({ id, revision }) => [id, revision]),
    ]);
    if (open.length > 0 || seen !== last) since = Date.now();
    if (Date.now() - since >= QUIET_MS) return true;
    last = seen;
    await sleep(PAUSE_MS);
  }
  return false;
}
