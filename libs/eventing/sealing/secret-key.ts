import { createSecretKey, type KeyObject } from 'node:crypto';

/** Held only as long as the keyring caches the bytes. */
const known = new WeakMap<Uint8Array, KeyObject>();

/**
 * The key in the form that Node uses fastest: it accepts bytes too, but detecting their kind costs more than the
 * encryption of a message, and creating this form almost as much.
 */
export function secretKey(bytes: Uint8Array): KeyObject {
  let key = known.get(bytes);
  if (!key) known.set(bytes, (key = createSecretKey(bytes)));
  return key;
}
