import { createHash } from 'node:crypto';
import { KeyDestroyed, Keyring, type HasSealedEvents } from '@app/eventing';

/** Keys derived from the subject, so that a spec can open what another run has sealed. */
export class KeysInMemory extends Keyring {
  private readonly destroyed = new Set<string>();
  private readonly made = new Set<string>();

  async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | 'destroyed'>> {
    const keys = new Map<string, Uint8Array | 'destroyed'>();
    for (const subject of subjects) {
      if (this.made.has(subject)) keys.set(subject, keyOf(subject));
      if (this.destroyed.has(subject)) keys.set(subject, 'destroyed');
    }
    return keys;
  }

  async ensure(subject: string): Promise<Uint8Array> {
    if (this.destroyed.has(subject)) throw new KeyDestroyed(subject);
    this.made.add(subject);
    return keyOf(subject);
  }

  async destroy(subject: string): Promise<void> {
    this.destroyed.add(subject);
  }

  // eslint-disable-next-line require-yield
  async *all(): AsyncIterable<never> {
    throw new Error('Keys derived from the subject are never moved');
  }

  adopt(): Promise<void> {
    return Promise.reject(new Error('Keys derived from the subject are never moved'));
  }
}

export const keyOf = (subject: string): Uint8Array =>
  createHash('sha256').update(`for specs only: ${subject}`).digest();

/** For events that are sealed without an event store. */
export const noneSealed: HasSealedEvents = () => Promise.resolve(false);
