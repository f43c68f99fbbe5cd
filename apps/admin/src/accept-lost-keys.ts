import {
  identityOf,
  identityOfKeys,
  nameRecordOfKeys,
  programHashSubject,
  sealedSubjects,
  type Engines,
} from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import { Refused } from './with-engines.js';

const PROGRESS_EVERY = 10_000;

/**
 * Gives a record new keys after its own were lost for good. Whoever had a key in it counts as erased, programs as deleted, so that nobody
 * gets a second key and followers pass over what cannot be opened. Stopped anywhere, it goes on when it is called again.
 * @throws Refused when the record is another one, or its keys are there
 */
export async function acceptLostKeys(
  { eventStore, keyring }: Engines,
  recordId: string,
  say: (line: string) => void,
): Promise<void> {
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

const programSubjects = ({ programId }: JsonObject): readonly string[] =>
  typeof programId === 'string'
    ? (['commands', 'names'] as const).map((purpose) => programHashSubject(programId, purpose))
    : [];
