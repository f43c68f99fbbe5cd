/** Bytes that replace others. */
export type KeyChange = { readonly subject: string; readonly before: Uint8Array; readonly after: Uint8Array };

/** Stores wrapped keys by subject: bytes that are useless without the master key. `null` stands for a destroyed key. */
export abstract class KeyStore {
  /** The stored bytes of these subjects; a subject without an entry is left out. */
  abstract get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | null>>;
  /** Stores the bytes unless the subject has an entry. @returns what is stored now, durably */
  abstract add(subject: string, wrapped: Uint8Array): Promise<Uint8Array | null>;
  /** Replaces each entry that still holds the bytes `before`; durable when this resolves. */
  abstract replace(changes: readonly KeyChange[]): Promise<void>;
  /** Irreversible: the subject keeps an entry without bytes. */
  abstract destroy(subject: string): Promise<void>;
  /** Every entry, in no order. */
  abstract all(): AsyncIterable<readonly [subject: string, wrapped: Uint8Array | null]>;
}
