import { Partitions, PARTITIONS, RECORD, RecordCheck, type Checkpoints, type EventStore } from '@app/eventing';
import { KeysInMemory } from './keys-in-memory.js';

const recordId = 'record-1';

/** Stores that belong together, as far as the check reads them; the test sets their last positions. */
export function recordStores({
  checkpoints,
  head,
}: {
  readonly checkpoints: Partial<Checkpoints>;
  readonly head: () => Promise<string | null>;
}) {
  const keyring = new KeysInMemory();
  keyring.get = () => Promise.resolve(new Map([[RECORD, Buffer.from(recordId)]]));
  return {
    keyring,
    eventStore: { head, read: () => Promise.resolve([{ data: { recordId } }]) } as unknown as EventStore,
    checkpoints: {
      get: (name: string) => Promise.resolve(name === PARTITIONS ? '1 parts' : recordId),
      ...checkpoints,
    } as unknown as Checkpoints,
    partitions: new Partitions(),
  };
}

/** A check that succeeds, for stores without checkpoints. */
export const passedRecordCheck = (): RecordCheck =>
  new RecordCheck(recordStores({ checkpoints: { all: () => Promise.resolve([]) }, head: () => Promise.resolve(null) }));
