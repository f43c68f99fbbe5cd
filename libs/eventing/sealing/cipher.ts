import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { secretKey } from './secret-key.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** One call of the random generator costs as much as an encryption, whatever its length. */
const IVS_AT_ONCE = 256;

let ivs = Buffer.alloc(0);

/** Random bytes that were never returned before. Each thread has its own block, since it loads its own modules. */
function nextIv(): Buffer {
  if (ivs.length === 0) ivs = randomBytes(IV_BYTES * IVS_AT_ONCE);
  const iv = ivs.subarray(0, IV_BYTES);
  ivs = ivs.subarray(IV_BYTES);
  return iv;
}

export function encrypt(key: Uint8Array, plain: string, aad: Buffer): string {
  const iv = nextIv();
  const cipher = createCipheriv('aes-256-gcm', secretKey(key), iv).setAAD(aad);
  const body = cipher.update(plain, 'utf8');
  // In this mode nothing is left for the end, but the tag is computed there.
  cipher.final();
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
}

function decrypt(key: Uint8Array, sealed: string, aad: Buffer): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', secretKey(key), bytes.subarray(0, IV_BYTES)).setAAD(aad);
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const plain = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
  decipher.final();
  return plain.toString('utf8');
}

/** The plain text, or `null`: the error does not distinguish a wrong key, changed text and truncated text. */
export function decrypted(key: Uint8Array, sealed: string, aad: Buffer): string | null {
  try {
    return decrypt(key, sealed, aad);
  } catch {
    return null;
  }
}
