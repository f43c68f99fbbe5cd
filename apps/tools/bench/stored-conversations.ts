import { randomUUID } from 'node:crypto';
import { eventTypes, subjectHomes, upcasters } from '@app/domain';
import type { ConversationEvent } from '@app/domain/conversation';
import { EventCodec, EventLog, type Engines, type NewEvent } from '@app/eventing';
import type { Metadata } from '@app/kernel';
import { sample } from '@app/sample-program';
import { progressOf } from './progress.js';

const AT_ONCE = 500;

export const eventLogOf = ({ eventStore, keyring }: Engines): EventLog =>
  new EventLog(eventStore, new EventCodec(eventTypes, keyring, upcasters), subjectHomes);

/**
 * Stores conversations of this many events, each interleaved with the events of many others. @returns their ids
 */
export async function storeConversations(
  eventLog: EventLog,
  {
    conversations,
    events,
    contactId,
    programs = [sample.programId],
  }: {
    readonly conversations: number;
    readonly events: number;
    readonly contactId?: string;
    readonly programs?: readonly string[];
  },
): Promise<string[]> {
  const all = Array.from({ length: conversations }, (_, number) => ({
    programId: programs[number % programs.length] ?? sample.programId,
    conversationId: randomUUID(),
    contactId: contactId ?? randomUUID(),
  }));
  const progress = progressOf('events stored', conversations * events);
  for (let revision = 0; revision < events; revision += 1) {
    for (let first = 0; first < conversations; first += AT_ONCE)
      await Promise.all(
        all
          .slice(first, first + AT_ONCE)
          .map((about) =>
            eventLog.append(`conversation-${about.conversationId}`, revision === 0 ? 'no-stream' : revision - 1, [
              newEvent(about, revision),
            ]),
          ),
      );
    progress((revision + 1) * conversations);
  }
  return all.map(({ conversationId }) => conversationId);
}

type About = { readonly programId?: string; readonly conversationId: string; readonly contactId: string };

export function newEvent(
  { programId = sample.programId, conversationId, contactId }: About,
  revision: number,
): NewEvent<ConversationEvent> {
  const eventId = randomUUID();
  const now = new Date().toISOString();
  const actor =
    revision % 2 === 0 ? ({ kind: 'staff', id: 'alex' } as const) : ({ kind: 'contact', id: contactId } as const);
  const metadata: Metadata = {
    programId,
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
