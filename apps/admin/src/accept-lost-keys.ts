import {
  identityOf,
  identityOfKeys,
  nameRecordOfKeys,
  programHashSubject,
  sealedSubjects,
  type Engines,
  type EventStore,
  type Keyring,
} from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import { Refused } from './with-engines.js';

const PROGRESS_EVERY = 10_000;

/**
 * Creates new keys for an event store after its own were permanently lost. Everybody who had a key counts as erased,
 * programs as deleted, so nobody gets a second key and followers skip what cannot be opened. If it is stopped, call it
 * again and it continues.
 * @throws Refused when the id belongs to another event store, or its keys exist
 */
export async function acceptLostKeys(
  { eventStore, keyring }: Engines,
  recordId: string,
  say: (line: string) => void,
): Promise<void> {
  await refuseUnlessLost(eventStore, keyring, recordId);
  const head = (await eventStore.head()) ?? '';
  const seen = new Set<string>();
  let count = 0;
  for await (const { events, position } of eventStore.subscribe({
    after: null,
    signal: new AbortController().signal,
  })) {
    for (const event of events) {
      for (const subject of [...sealedSubjects(event), ...programSubjects(event.metadata)]) {
        if (seen.has(subject)) continue;
        await keyring.destroy(subject);
        seen.add(subject);
      }
      if ((count += 1) % PROGRESS_EVERY === 0) say(`${count} events`);
    }
    if (position >= head) break;
  }
  await nameRecordOfKeys(keyring, recordId);
  say(
    `${count} events read. ${seen.size} subjects count as erased; the record has new keys. Run "admin rebuild" before the next start`,
  );
}

async function refuseUnlessLost(eventStore: EventStore, keyring: Keyring, recordId: string): Promise<void> {
  const found = await identityOf(eventStore);
  if (found !== recordId)
    throw new Refused(
      found === null ? 'The record is empty: it needs no keys' : `The record is ${found}, not ${recordId}`,
    );
  const ofKeys = await identityOfKeys(keyring);
  if (ofKeys !== null)
    throw new Refused(
      ofKeys === recordId
        ? 'The keys of this record exist; nothing was changed'
        : `The keys belong to the record ${ofKeys}: move them away first, they are not lost`,
    );
}

const programSubjects = ({ programId }: JsonObject): readonly string[] =>
  typeof programId === 'string'
    ? (['commands', 'names'] as const).map((purpose) => programHashSubject(programId, purpose))
    : [];
