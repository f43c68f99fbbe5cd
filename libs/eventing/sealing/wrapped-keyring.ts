import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeyStore } from '../ports/key-store.js';
import { KeyDestroyed, KeyDiffers, Keyring } from '../ports/keyring.js';
import { KEY_BYTES, wrappedBy, type MasterKey, type MasterKeys } from './master-key.js';
import { UnusableData } from '../ports/unusable-data.js';

const KEYS_IN_MEMORY = 10_000;
/** Number of keys wrapped again in one write. */
const ROTATED_AT_ONCE = 500;

/**
 * Subject of the entry that names the master key of the store. The entry is wrapped by that key itself; it contains the
 * id of the former master key while a rotation is not finished. It is written before the first key.
 */
const MARKER = 'master-key';

type Marker = { readonly stored: Uint8Array; readonly current: MasterKey; readonly former: string };

/**
 * A keyring whose keys are stored wrapped by a master key. Nothing is read or written before the given one is known to
 * be right.
 */
export class WrappedKeyring extends Keyring {
  readonly #recent: LRUCache<string, Uint8Array>;
  #checking: Promise<unknown> | undefined;
  #destroyed = 0;

  /** @param keptMs how long a key that was read is cached, if another process may destroy it */
  constructor(
    readonly store: KeyStore,
    private readonly masterKeys: MasterKeys,
    keptMs?: number,
  ) {
    super();
    this.#recent = new LRUCache({ max: KEYS_IN_MEMORY, ...(keptMs !== undefined && { ttl: keptMs }) });
  }

  /**
   * Checks that the master key is the one of the store; done once, before the first use at the latest. @throws
   * UnusableData
   */
  async check(): Promise<void> {
    this.#checking ??= this.#marker();
    try {
      await this.#checking;
    } catch (error) {
      this.#checking = undefined;
      throw error;
    }
  }

  async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | 'destroyed'>> {
    const keys = new Map<string, Uint8Array | 'destroyed'>();
    for (const subject of subjects) {
      const key = this.#recent.get(subject);
      if (key) keys.set(subject, key);
    }
    const unknown = subjects.filter((subject) => !keys.has(subject));
    if (unknown.length === 0) return keys;
    await this.check();
    const remember = this.#memory();
    for (const [subject, wrapped] of await this.store.get(unknown)) {
      const key = wrapped && (await this.#unwrap(subject, wrapped));
      if (key) keys.set(subject, remember(subject, key));
      else if (!wrapped) keys.set(subject, 'destroyed');
    }
    return keys;
  }

  async ensure(subject: string): Promise<Uint8Array> {
    const recent = this.#recent.get(subject);
    if (recent) return recent;
    await this.check();
    const remember = this.#memory();
    const known = (await this.store.get([subject])).get(subject);
    const wrapped = known === undefined ? await this.#add(subject, randomBytes(KEY_BYTES)) : known;
    if (!wrapped) throw new KeyDestroyed(subject);
    const key = await this.#unwrap(subject, wrapped);
    if (!key) throw new UnusableData(`The key of ${subject} is damaged; restore the keys from a backup`);
    return remember(subject, key);
  }

  async destroy(subject: string): Promise<void> {
    await this.check();
    try {
      await this.store.destroy(subject);
    } finally {
      // A failed destruction may be incomplete: the key can be gone although a copy of it is left somewhere.
      this.forget(subject);
    }
  }

  /** Removes a key from memory: another user of the same store has destroyed it. */
  forget(subject: string): void {
    this.#destroyed += 1;
    this.#recent.delete(subject);
  }

  async *all(): AsyncIterable<readonly [string, Uint8Array | null]> {
    await this.check();
    for await (const [subject, wrapped] of this.store.all()) {
      if (subject === MARKER) continue;
      const key = wrapped && (await this.#unwrap(subject, wrapped));
      if (wrapped && !key) throw new UnusableData(`The key of ${subject} is damaged; restore the keys from a backup`);
      yield [subject, key];
    }
  }

  async adopt(subject: string, key: Uint8Array): Promise<void> {
    await this.check();
    const wrapped = await this.#add(subject, key);
    const stored = wrapped && (await this.#unwrap(subject, wrapped));
    if (!stored || !Buffer.from(stored).equals(key)) throw new KeyDiffers(subject);
  }

  /**
   * Wraps all keys with the first master key. If it is stopped, call it again with the same master keys and it
   * continues. Other processes that have these master keys may work meanwhile.
   * @returns how many keys were wrapped again
   * @throws UnusableData
   */
  async rotate(): Promise<number> {
    const [next] = this.masterKeys;
    const { stored, current, former } = await this.#marker();
    if (current !== next) {
      if (former !== '')
        throw new UnusableData(
          `A rotation to the master key ${current.id} is not finished; finish it first, with that one as MASTER_KEY`,
        );
      await this.store.replace([
        { subject: MARKER, before: stored, after: next.wrap(MARKER, Buffer.from(current.id)) },
      ]);
    }
    let rotated = 0;
    // Repeated until nothing is found: a process that has just read the entry may still add a key wrapped by the former
    // master key.
    for (let found = 1; found > 0; rotated += found) found = await this.#wrapAgain(next);
    const marker = await this.#marker();
    if (marker.current === next && marker.former !== '')
      await this.store.replace([{ subject: MARKER, before: marker.stored, after: next.wrap(MARKER, Buffer.from('')) }]);
    return rotated;
  }

  async #wrapAgain(next: MasterKey): Promise<number> {
    const changes = [];
    let found = 0;
    for await (const [subject, wrapped] of this.store.all()) {
      if (!wrapped || subject === MARKER || wrappedBy(wrapped) === next.id) continue;
      const key = await this.#unwrap(subject, wrapped);
      if (!key)
        throw new UnusableData(
          `The key of ${subject} is damaged or wrapped by an unknown master key, ${wrappedBy(wrapped)}; restore it from a backup`,
        );
      changes.push({ subject, before: wrapped, after: next.wrap(subject, key) });
      if (changes.length >= ROTATED_AT_ONCE) await this.store.replace(changes.splice(0));
      found += 1;
    }
    if (changes.length > 0) await this.store.replace(changes);
    return found;
  }

  /** With the master key that the store names at this moment: a rotation may be running. */
  async #add(subject: string, key: Uint8Array): Promise<Uint8Array | null> {
    const { current } = await this.#marker();
    return this.store.add(subject, current.wrap(subject, key));
  }

  /** Returns a function that caches keys read from now on, except those destroyed meanwhile. */
  #memory(): (subject: string, key: Uint8Array) => Uint8Array {
    const [start, destroyed] = [performance.now(), this.#destroyed];
    return (subject, key) => {
      if (destroyed === this.#destroyed) this.#recent.set(subject, key, { start });
      return key;
    };
  }

  /**
   * `null` for damaged bytes. @throws UnusableData when a master key wrapped them that the store names and this process
   * lacks
   */
  async #unwrap(subject: string, wrapped: Uint8Array): Promise<Uint8Array | null> {
    const by = this.#given(wrappedBy(wrapped));
    if (!by) await this.#marker();
    return by?.unwrap(subject, wrapped) ?? null;
  }

  #given(id: string): MasterKey | undefined {
    return this.masterKeys.find((key) => key.id === id);
  }

  /** @throws UnusableData unless all master keys that it names were given */
  async #marker(): Promise<Marker> {
    const stored = (await this.#storedMarker()) ?? (await this.#firstMarker());
    const by = wrappedBy(stored);
    const current = this.#given(by);
    if (!current)
      throw new UnusableData(
        `The stored keys are wrapped by the master key ${by}; the given one is ${this.masterKeys.map(({ id }) => id).join(', ')}. Give the right one as MASTER_KEY or MASTER_KEY_FILE, or MASTER_KEY_PREVIOUS(_FILE) to rotate`,
      );
    const content = current.unwrap(MARKER, stored);
    if (!content)
      throw new UnusableData('The keyring entry of the master key is damaged; restore the keys from a backup');
    const former = Buffer.from(content).toString();
    if (former !== '' && !this.#given(former))
      throw new UnusableData(
        `A rotation of the master key is not finished: give ${former} too, as MASTER_KEY_PREVIOUS or MASTER_KEY_PREVIOUS_FILE, and run "admin rotate-master-key"`,
      );
    return { stored, current, former };
  }

  async #storedMarker(): Promise<Uint8Array | undefined> {
    const stored = (await this.store.get([MARKER])).get(MARKER);
    return stored ?? undefined;
  }

  async #firstMarker(): Promise<Uint8Array> {
    // A build without master keys stored keys unwrapped, without this entry.
    for await (const _ of this.store.all()) {
      const meanwhile = await this.#storedMarker();
      if (meanwhile) return meanwhile;
      throw new UnusableData(
        'The stored keys were written by an older build, without a master key; start with empty engines',
      );
    }
    const [first] = this.masterKeys;
    const stored = await this.store.add(MARKER, first.wrap(MARKER, Buffer.from('')));
    if (!stored)
      throw new UnusableData('The keyring entry of the master key was destroyed; restore the keys from a backup');
    return stored;
  }
}
