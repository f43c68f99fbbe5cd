import { randomUUID } from 'node:crypto';
import { eventTypes, subjectHomes, upcasters } from '@app/domain';
import { EventCodec, EventLog, rebuild, type Engines, type NewEvent } from '@app/eventing';
import type { ConversationEvent } from '@app/domain/conversation';
import type { Metadata } from '@app/kernel';
import { inboxProjection as inbox } from '@app/read-models';
import { openTemporary } from './folder.js';
import { count, type Row } from './row.js';
import { median, timed } from './statistics.js';

const EVENTS_EACH = 10;
const AT_ONCE = 500;

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
    const eventLog = new EventLog(
      engines.eventStore,
      new EventCodec(eventTypes, engines.keyring, upcasters),
      subjectHomes,
    );
    await fill(eventLog, events);
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
  for await (const { position } of eventLog.follow({ after: null, categories: inbox.categories, signal }))
    if (position >= head) return;
}

async function rebuildAndSwap(eventLog: EventLog, { readModels }: Engines): Promise<void> {
  const position = await rebuild({ eventLog, readModels }, inbox, new AbortController().signal);
  if (position !== null) await readModels.swapRebuild(inbox, position);
}

/** Conversations of ten events each, interleaved with the events of many others. */
async function fill(eventLog: EventLog, events: number): Promise<void> {
  const conversations = Array.from({ length: events / EVENTS_EACH }, () => ({
    conversationId: randomUUID(),
    contactId: randomUUID(),
  }));
  for (let revision = 0; revision < EVENTS_EACH; revision += 1)
    for (let first = 0; first < conversations.length; first += AT_ONCE)
      await Promise.all(
        conversations
          .slice(first, first + AT_ONCE)
          .map(({ conversationId, contactId }) =>
            eventLog.append(`conversation-${conversationId}`, revision === 0 ? 'no-stream' : revision - 1, [
              newEvent(conversationId, contactId, revision),
            ]),
          ),
      );
}

function newEvent(conversationId: string, contactId: string, revision: number): NewEvent<ConversationEvent> {
  const eventId = randomUUID();
  const now = new Date().toISOString();
  const actor =
    revision % 2 === 0 ? ({ kind: 'staff', id: 'alex' } as const) : ({ kind: 'contact', id: contactId } as const);
  const metadata: Metadata = {
    programId: 'program',
    actor,
    commandId: randomUUID(),
    commandHash: 'not used',
    correlationId: eventId,
    causationId: eventId,
    occurredAt: now,
    recordedAt: now,
  };
  return { ...eventAt(conversationId, contactId, revision), eventId, metadata };
}

function eventAt(conversationId: string, contactId: string, revision: number): ConversationEvent {
  const about = { conversationId, contactId, referralId: null, messageId: randomUUID(), channel: 'in-app' } as const;
  const text = `Message ${revision}: the site visit is on Tuesday, and the bonus is booked as soon as the contract is signed.`;
  if (revision === 0)
    return { type: 'ConversationStarted', data: { conversationId, contactId, referralId: null, by: null } };
  if (revision % 2 === 0)
    return { type: 'MessageSent', data: { ...about, by: 'alex', text, to: null, route: null, isNotified: false } };
  return { type: 'MessageReceived', data: { ...about, text, acceptedPosition: null, providerMessageId: null } };
}
