import { UnusableData } from './unusable-data.js';

/** One key for each person (subject). Their bytes leave this port unwrapped and are stored wrapped. Keys live outside the record, so that destroying one makes its content unreadable. */
export abstract class Keyring {
  /** 32-byte keys by subject, or that one was destroyed. One that is unknown or damaged is left out: it may come back from a backup. */
  abstract get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | 'destroyed'>>;
  /** The subject's key, made where there is none; durable when this resolves. Not for a subject that may have sealed events. @throws KeyDestroyed */
  abstract ensure(subject: string): Promise<Uint8Array>;
  /** Irreversible; `ensure` will not make a new one for this subject. */
  abstract destroy(subject: string): Promise<void>;
  /** Every subject with its key, `null` where it was destroyed; in no order. For moving to another keyring. */
  abstract all(): AsyncIterable<readonly [subject: string, key: Uint8Array | null]>;
  /** Takes over a key that was made elsewhere; safe to repeat. @throws KeyDiffers when the subject has another one, or its was destroyed */
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

/** The subject has sealed events, and its key is missing. A new one would close them for ever, also when the lost one is restored. */
export class KeyLost extends UnusableData {
  override readonly name = 'KeyLost';
  constructor(readonly subject: string) {
    super(`The key of ${subject} is missing, and events are sealed with it; restore the keys from the newest backup`);
  }
}
