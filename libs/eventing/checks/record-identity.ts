import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@app/kernel';
import { WrongExpectedRevision, type EventStore, type StoredEvent } from '../ports/event-store.js';
import type { Keyring } from '../ports/keyring.js';
import { CheckpointMoved, isPosition, type Checkpoints } from '../ports/read-model-store.js';
import { UnusableData } from '../ports/unusable-data.js';

/** The id of the first event. */
const STREAM = 'record-identity';

/** Name of the keyring entry, and of the checkpoint, that hold the identity of their event store. */
export const RECORD = 'record';

export type RecordStores = {
  readonly eventStore: EventStore;
  readonly keyring: Keyring;
  readonly checkpoints: Checkpoints;
};

/** The identity of the event store; `null` while it is empty. @throws UnusableData when it has none */
export async function identityOf(eventStore: EventStore): Promise<string | null> {
  // In this order: another process may write the first event meanwhile.
  const isEmpty = (await eventStore.head()) === null;
  const [begun] = await eventStore.read(STREAM, 0, 1);
  const id = begun?.data['recordId'];
  if (typeof id === 'string') return id;
  if (isEmpty) return null;
  throw new UnusableData(
    'The record does not begin with its identity: another build wrote it, or its beginning is missing. Restore it from a backup, or start with an empty record',
  );
}

/**
 * Checks by the identity that event store, keys, read models and checkpoints belong together. An empty event store gets
 * an identity when the others have none. Keys, read models and checkpoints adopt it while they are empty.
 * @throws UnusableData with the parts that do not match, and what to do
 */
export async function checkIdentity({ eventStore, keyring, checkpoints }: RecordStores): Promise<void> {
  const [ofRecord, ofKeys, ofCheckpoints] = await Promise.all([
    identityOf(eventStore),
    identityOfKeys(keyring),
    checkpoints.get(RECORD),
  ]);
  if (ofRecord === null && (ofKeys !== null || ofCheckpoints !== null))
    throw new UnusableData(emptyRecord(ofKeys, ofCheckpoints));
  const recordId = ofRecord ?? (await begin(eventStore));
  if (ofKeys === null) await giveKeysTo(recordId, eventStore, keyring);
  else if (ofKeys !== recordId)
    throw new UnusableData(
      `The record is ${recordId}, and the keys belong to the record ${ofKeys}: they cannot open its events. Restore the keys of this record, or the record of these keys`,
    );
  if (ofCheckpoints === null) await giveCheckpointsTo(recordId, checkpoints);
  else if (ofCheckpoints !== recordId)
    throw new UnusableData(
      `The record is ${recordId}, and the read models and checkpoints belong to the record ${ofCheckpoints}. ${REBUILD}`,
    );
}

/** Whether read models and checkpoints belong to another event store, or name none. */
export async function isOfAnotherRecord({
  eventStore,
  checkpoints,
}: Pick<RecordStores, 'eventStore' | 'checkpoints'>): Promise<boolean> {
  const recordId = await identityOf(eventStore);
  const named = await checkpoints.get(RECORD);
  return recordId !== null && named !== recordId && (named !== null || (await hasFollowed(checkpoints)));
}

/** After everything of another event store was removed. */
export async function nameRecordOfCheckpoints({
  eventStore,
  checkpoints,
}: Pick<RecordStores, 'eventStore' | 'checkpoints'>): Promise<void> {
  const recordId = await identityOf(eventStore);
  if (recordId !== null) await checkpoints.set(RECORD, await checkpoints.get(RECORD), recordId);
}

/** Whether any follower has handled anything. */
export const hasFollowed = async (checkpoints: Checkpoints): Promise<boolean> =>
  (await checkpoints.all()).some((stored) => stored.of !== 'follower' || isPosition(stored));

/** What to do about read models and checkpoints that do not belong to the event store. */
export const REBUILD =
  'If it is the right record, stop all processes and run "npm run admin -- rebuild": it rebuilds the read models and resets the followers';

/** @returns `null` when they name none */
export async function identityOfKeys(keyring: Keyring): Promise<string | null> {
  const entry = (await keyring.get([RECORD])).get(RECORD);
  return entry instanceof Uint8Array ? Buffer.from(entry).toString() : null;
}

/** @throws KeyDiffers when they belong to another event store */
export const nameRecordOfKeys = (keyring: Keyring, recordId: string): Promise<void> =>
  keyring.adopt(RECORD, Buffer.from(recordId));

function emptyRecord(ofKeys: string | null, ofCheckpoints: string | null): string {
  const owners = [
    ...(ofKeys === null ? [] : [`the keys belong to the record ${ofKeys}`]),
    ...(ofCheckpoints === null ? [] : [`the read models and checkpoints belong to the record ${ofCheckpoints}`]),
  ];
  return `The record is empty, and ${owners.join(', and ')}. Restore that record; to start a new one, start with empty keys, read models and checkpoints too`;
}

async function begin(eventStore: EventStore): Promise<string> {
  const [recordId, commandId, now] = [randomUUID(), randomUUID(), new Date().toISOString()];
  const metadata: JsonObject = {
    programId: 'none',
    actor: { kind: 'system', id: 'start' },
    commandId,
    commandHash: '',
    correlationId: commandId,
    causationId: commandId,
    occurredAt: now,
    recordedAt: now,
  };
  const event: StoredEvent = { id: randomUUID(), type: 'RecordBegun.v1', data: { recordId }, metadata };
  try {
    await eventStore.append(STREAM, 'no-stream', [event]);
    return recordId;
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision)) throw error;
    return (await identityOf(eventStore)) ?? recordId;
  }
}

/** New keys belong to an event store that holds no other events yet. */
async function giveKeysTo(recordId: string, eventStore: EventStore, keyring: Keyring): Promise<void> {
  const [begun] = await eventStore.read(STREAM, 0, 1);
  if (begun?.position !== (await eventStore.head()) && (await identityOfKeys(keyring)) === null)
    throw new UnusableData(
      `There are no keys of the record ${recordId}: its sealed content cannot be opened. Restore them from a backup. If they are permanently lost, ` +
        `"npm run admin -- accept-lost-keys --record ${recordId}" creates new ones, and all personal content in the record, including each program's access, is lost`,
    );
  await nameRecordOfKeys(keyring, recordId);
}

async function giveCheckpointsTo(recordId: string, checkpoints: Checkpoints): Promise<void> {
  if ((await hasFollowed(checkpoints)) && (await checkpoints.get(RECORD)) === null)
    throw new UnusableData(`The read models and checkpoints do not say to which record they belong. ${REBUILD}`);
  try {
    await checkpoints.set(RECORD, null, recordId);
  } catch (error) {
    if (!(error instanceof CheckpointMoved) || (await checkpoints.get(RECORD)) !== recordId) throw error;
  }
}
