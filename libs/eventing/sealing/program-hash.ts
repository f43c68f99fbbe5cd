import { createHmac } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { KeyDestroyed, type Keyring } from '../ports/keyring.js';
import type { EventLog } from '../reading/event-log.js';
import { secretKey } from './secret-key.js';
import { UnusableData } from '../ports/unusable-data.js';

/**
 * The purpose of a program's hashes. Each purpose has its own key, so that hashes of different purposes never match.
 */
export type HashPurpose = 'commands' | 'names';

/** Where a program's keys are stored, and the event log that shows whether they must exist. */
export type ProgramKeys = { readonly keyring: Keyring; readonly eventLog: Pick<EventLog, 'hasHistory'> };

/** Keyring subject of the program's key for this purpose. */
export const programHashSubject = (programId: string, purpose: HashPurpose): string => `${purpose}-${programId}`;

/**
 * HMAC-SHA-256 under the program's own key, which is created at first use and destroyed with the program. Without the
 * key nobody can find a short text, such as a phone number, by trying all of them.
 * @throws ProgramGone, ProgramKeyMissing
 */
export async function programHash(
  keys: ProgramKeys,
  programId: string,
  purpose: HashPurpose,
  text: string,
): Promise<Buffer> {
  // The keyring caches keys itself; a destroyed key must not survive here.
  const key = await keyFor(keys, programId, purpose).catch((error: unknown) => {
    throw error instanceof KeyDestroyed ? new ProgramGone() : error;
  });
  return createHmac('sha256', secretKey(key)).update(text).digest();
}

/**
 * All keys of a program are created together, the one for names first, before any event of the program. If that one is
 * missing later, it was lost: with a new one every phone number would have another id, and events of the old id, such
 * as a STOP, would be forgotten.
 */
async function keyFor(
  { keyring, eventLog }: ProgramKeys,
  programId: string,
  purpose: HashPurpose,
): Promise<Uint8Array> {
  const [names, commands] = [programHashSubject(programId, 'names'), programHashSubject(programId, 'commands')];
  const known = await keyring.get([names, commands]);
  const key = known.get(programHashSubject(programId, purpose));
  if (key instanceof Uint8Array) return key;
  if (!known.has(names) && (known.has(commands) || (await eventLog.hasHistory('programId', programId)))) {
    // Another process may have created the keys, and the program, since we looked for them.
    const made = (await keyring.get([names])).get(names);
    if (!made) throw new ProgramKeyMissing(programId);
  }
  const made = { names: await keyring.ensure(names), commands: await keyring.ensure(commands) };
  return made[purpose];
}

/** All work for the program is refused until its key is restored. */
export class ProgramKeyMissing extends UnusableData {
  override readonly name = 'ProgramKeyMissing';
  constructor(programId: string) {
    super(`The key of program ${programId} for the ids of phone numbers is missing; restore the keys from a backup`);
  }
}

/** The keys of the program were destroyed, so nothing can be written for it. */
export class ProgramGone extends DomainError {
  readonly code = 'ProgramGone';
  override readonly kind = 'gone';
  constructor() {
    super('This program was deleted');
  }
}
