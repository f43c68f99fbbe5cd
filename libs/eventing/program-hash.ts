import { createHmac, createSecretKey } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { KeyDestroyed, type Keyring } from './keyring.js';

/** What a program's hashes are for. Each purpose has a key of its own, so that no hash of one is a hash of another. */
export type HashPurpose = 'commands' | 'names';

/** Subject of the program's key for this purpose in the keyring. */
export const programHashSubject = (programId: string, purpose: HashPurpose): string => `${purpose}-${programId}`;

/**
 * HMAC-SHA-256 under the program's own key, which is made at first use and destroyed with the program. Nobody without
 * the key can find a short text, such as a phone number, by trying all of them.
 * @throws ProgramGone
 */
export async function programHash(keyring: Keyring, programId: string, purpose: HashPurpose, text: string): Promise<Buffer> {
  // The keyring remembers keys itself; one that was destroyed must not live on here.
  const key = await keyring.ensure(programHashSubject(programId, purpose)).catch((error: unknown) => {
    throw error instanceof KeyDestroyed ? new ProgramGone() : error;
  });
  return createHmac('sha256', createSecretKey(key)).update(text).digest();
}

/** The keys of the program were destroyed, so nothing can be written for it any more. */
export class ProgramGone extends DomainError {
  readonly code = 'ProgramGone';
  constructor() {
    super('This program was deleted');
  }
}
