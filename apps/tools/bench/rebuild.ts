import { rebuild, type Engines, type EventLog } from '@app/eventing';
import { inboxProjection as inbox } from '@app/read-models';
import { openTemporary } from './folder.js';
import { count, type Row } from './row.js';
import { median, timed } from './statistics.js';
import { eventLogOf, storeConversations } from './stored-conversations.js';

const EVENTS_EACH = 10;

/** A complete rebuild of the inbox, against reading and opening the same events. */
export async function rebuildAgainstScan({
  events,
  rounds,
}: {
  readonly events: number;
  readonly rounds: number;
}): Promise<Row> {
  const engines = await openTemporary();
  try {
    const eventLog = eventLogOf(engines);
    await storeConversations(eventLog, { conversations: events / EVENTS_EACH, events: EVENTS_EACH });
    const scans: number[] = [];
    const rebuilds: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      scans.push(events / (await timed(() => scan(eventLog))).seconds);
      rebuilds.push(events / (await timed(() => rebuildAndSwap(eventLog, engines))).seconds);
    }
    // The first of each is a warm-up.
    scans.shift();
    rebuilds.shift();
    return {
      id: '12',
      what: `rebuild of the inbox / scan and parse, ${count(events)} events`,
      result: median(rebuilds.map((rate, index) => rate / (scans[index] ?? Number.NaN))),
      aim: { atLeast: 0.8 },
      measured: { eventsPerSecond: median(rebuilds) },
      figures: `${count(median(rebuilds))} events/s / ${count(median(scans))} events/s; ${count(events / EVENTS_EACH)} conversations`,
    };
  } finally {
    await engines.close();
  }
}

async function scan(eventLog: EventLog): Promise<void> {
  const head = await eventLog.head();
  if (head === null) throw new Error('The record is empty');
  const { signal } = new AbortController();
  for await (const { position } of eventLog.follow({ after: null, categories: inbox.categories, alone: true, signal }))
    if (position >= head) return;
}

async function rebuildAndSwap(eventLog: EventLog, { readModels }: Engines): Promise<void> {
  const position = await rebuild({ eventLog, readModels }, inbox, new AbortController().signal);
  if (position !== null) await readModels.swapRebuild(inbox, position);
}
