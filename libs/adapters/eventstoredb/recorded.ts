import type { AllStreamRecordedEvent, RecordedEvent } from '@eventstore/db-client';
import type { RecordedStoredEvent } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import { toPosition } from './positions.js';

/** @throws when the server tells no position, which one before 22.10 does not in the reads of a stream */
export function toRecorded({ streamId, revision, id, type, data, metadata, position }: RecordedEvent | AllStreamRecordedEvent): RecordedStoredEvent {
  if (!position) throw new Error(`The server tells no position of event ${id}`);
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
