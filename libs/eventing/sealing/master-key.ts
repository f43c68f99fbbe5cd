import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

export const KEY_BYTES = 32;
const ID_BYTES = 8;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const BODY_AT = ID_BYTES + IV_BYTES + TAG_BYTES;

/**
 * The key that wraps all others (AES-256-GCM). Wrapped bytes begin with the id of the master key; the subject is
 * associated data, so one subject's key cannot be swapped for another's.
 */
export class MasterKey {
  /** 16 hexadecimal digits that identify a master key and reveal nothing about it. */
  readonly id: string;
  readonly #key: KeyObject;

  constructor(bytes: Uint8Array) {
    if (bytes.length !== KEY_BYTES) throw new TypeError(`A master key has ${KEY_BYTES} bytes`);
    this.#key = createSecretKey(bytes);
    this.id = createHmac('sha256', this.#key)
      .update('id of a master key')
      .digest()
      .subarray(0, ID_BYTES)
      .toString('hex');
  }

  /** From 64 hexadecimal digits or 44 characters of Base64; `null` when the text is neither. */
  static parse(text: string): MasterKey | null {
    const given = text.trim();
    if (/^[0-9a-f]{64}$/i.test(given)) return new MasterKey(Buffer.from(given, 'hex'));
    if (/^[A-Za-z0-9+/]{43}=$/.test(given)) return new MasterKey(Buffer.from(given, 'base64'));
    return null;
  }

  wrap(subject: string, plain: Uint8Array): Uint8Array {
    const header = Buffer.concat([Buffer.from(this.id, 'hex'), randomBytes(IV_BYTES)]);
    const cipher = createCipheriv('aes-256-gcm', this.#key, header.subarray(ID_BYTES)).setAAD(Buffer.from(subject));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([header, cipher.getAuthTag(), body]);
  }

  /** `null` when this key did not wrap these bytes for this subject, or they are damaged. */
  unwrap(subject: string, wrapped: Uint8Array): Uint8Array | null {
    const iv = wrapped.subarray(ID_BYTES, BODY_AT - TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, iv, { authTagLength: TAG_BYTES }).setAAD(
        Buffer.from(subject),
      );
      decipher.setAuthTag(wrapped.subarray(BODY_AT - TAG_BYTES, BODY_AT));
      return new Uint8Array(Buffer.concat([decipher.update(wrapped.subarray(BODY_AT)), decipher.final()]));
    } catch {
      return null;
    }
  }
}

/** Id of the master key that wrapped these bytes. */
export const wrappedBy = (wrapped: Uint8Array): string => Buffer.from(wrapped.subarray(0, ID_BYTES)).toString('hex');

/** The master keys of a process. The first one wraps the keys of a new store, and is the target of a rotation. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]];
