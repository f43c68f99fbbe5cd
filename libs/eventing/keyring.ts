/** One key for each person (subject). Keys live outside the record, so that destroying one makes its content unreadable. */
export abstract class Keyring {
  /** 32-byte keys by subject; a destroyed or unknown one is left out. */
  abstract get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** The subject's key, made at first use; durable when this resolves. @throws KeyDestroyed */
  abstract ensure(subject: string): Promise<Uint8Array>;
  /** Irreversible; `ensure` will not make a new one for this subject. */
  abstract destroy(subject: string): Promise<void>;
}

export class KeyDestroyed extends Error {
  constructor(readonly subject: string) {
    super(`The key of ${subject} was destroyed`);
    this.name = 'KeyDestroyed';
  }
}
