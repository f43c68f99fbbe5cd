import { UnusableData } from './unusable-data.js';

/**
 * One key for each subject. Keys are returned unwrapped by this port and stored wrapped. They are stored outside the
 * event store, so that destroying one makes its content unreadable.
 */
export abstract class Keyring {
  /**
   * 32-byte keys by subject, or a mark for a destroyed one. An unknown or damaged key is left out: it may be restored
   * from a backup.
   */
  abstract get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | 'destroyed'>>;
  /**
   * The subject's key, created if there is none; durable when this resolves. Not for a subject that may have sealed
   * events. @throws KeyDestroyed
   */
  abstract ensure(subject: string): Promise<Uint8Array>;
  /** Irreversible; `ensure` will not create a new one for this subject. */
  abstract destroy(subject: string): Promise<void>;
  /** Every subject with its key, `null` for a destroyed one, in no order. For copying to another keyring. */
  abstract all(): AsyncIterable<readonly [subject: string, key: Uint8Array | null]>;
  /**
   * Adopts a key that was created elsewhere; safe to repeat. @throws KeyDiffers when the subject has another one, or
   * its was destroyed
   */
  abstract adopt(subject: string, key: Uint8Array): Promise<void>;
}

export class KeyDiffers extends Error {
  constructor(readonly subject: string) {
    super(`${subject} already has another key`);
    this.name = 'KeyDiffers';
  }
}

export class KeyDestroyed extends Error {
  constructor(readonly subject: string) {
    super(`The key of ${subject} was destroyed`);
    this.name = 'KeyDestroyed';
  }
}

/**
 * The subject has sealed events, and its key is missing. With a new one they could never be opened again, even after
 * the lost one is restored.
 */
export class KeyLost extends UnusableData {
  override readonly name = 'KeyLost';
  constructor(readonly subject: string) {
    super(`The key of ${subject} is missing, and events are sealed with it; restore the keys from the newest backup`);
  }
}
