import type { AllStreamRecordedEvent, RecordedEvent } from '@eventstore/db-client';
import type { RecordedStoredEvent } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import { toPosition } from './positions.js';

/** The position that a server before 22.6 returns for events in the reads of a stream. */
const UNKNOWN = 2n ** 64n - 1n;

/** @throws when the server does not return the event's position */
export function toRecorded({
  streamId,
  revision,
  id,
  type,
  data,
  metadata,
  position,
}: RecordedEvent | AllStreamRecordedEvent): RecordedStoredEvent {
  if (!position || position.commit === UNKNOWN) throw new Error(`The server returned no position for event ${id}`);
  return {
    id,
    type,
    data: data as JsonObject,
    metadata: (metadata ?? {}) as JsonObject,
    stream: streamId,
    revision: Number(revision),
    position: toPosition(position.commit),
  };
}
