import type { Message, Metadata, Recorded } from '@app/kernel';

export type RecordFact = <Event extends Message>(
  stream: string,
  event: Event,
  about?: Partial<Metadata>,
) => Recorded<Event>;

/** An event store in memory: returns each event with its position. Times are a minute apart. */
export function newRecord(programId = 'program-1'): RecordFact {
  const revisions = new Map<string, number>();
  let count = 0;
  return (stream, event, about = {}) => {
    count += 1;
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const at = new Date(Date.UTC(2026, 0, 5, 9, count)).toISOString();
    const metadata: Metadata = {
      programId,
      actor: { kind: 'system', id: 'spec' },
      commandId: `command-${count}`,
      commandHash: '',
      correlationId: `request-${count}`,
      causationId: `request-${count}`,
      occurredAt: at,
      recordedAt: at,
      ...about,
    };
    const aggregateId = stream.slice(stream.indexOf('-') + 1);
    return {
      ...event,
      eventId: `event-${count}`,
      stream,
      aggregateId,
      revision,
      position: positionAt(count),
      metadata,
    };
  };
}

export const positionAt = (count: number): string => String(count).padStart(16, '0');
