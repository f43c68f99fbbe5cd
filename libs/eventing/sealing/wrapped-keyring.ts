import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeyStore } from '../ports/key-store.js';
import { KeyDestroyed, KeyDiffers, Keyring } from '../ports/keyring.js';
import { KEY_BYTES, wrappedBy, type MasterKey, type MasterKeys } from './master-key.js';
import { UnusableData } from '../ports/unusable-data.js';

const KEYS_IN_MEMORY = 10_000;
/** Keys wrapped anew in one write. */
const ROTATED_AT_ONCE = 500;

/**
 * Subject of the entry that says which master key wraps what is stored. It is wrapped by that key itself; inside is the id
 * of the master key before it, while a rotation has not ended. It is there before the first key is.
 */
const MARKER = 'master-key';

type Marker = { readonly stored: Uint8Array; readonly current: MasterKey; readonly former: string };

/** A keyring whose keys are stored wrapped by a master key. Nothing is read or written before the given one is known to fit. */
export class WrappedKeyring extends Keyring {
  readonly #recent: LRUCache<string, Uint8Array>;
  #checking: Promise<unknown> | undefined;
  #destroyed = 0;

  /** @param keptMs how long a key is remembered after it was read, where another process may destroy it */
  constructor(
    readonly store: KeyStore,
    private readonly masterKeys: MasterKeys,
    keptMs?: number,
  ) {
    super();
    this.#recent = new LRUCache({ max: KEYS_IN_MEMORY, ...(keptMs !== undefined && { ttl: keptMs }) });
  }

  /** Whether the master key fits what is stored; done once before the first use by itself. @throws UnusableData */
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
    await this.store.destroy(subject);
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
   * Wraps all keys with the first master key. Stopped anywhere, it goes on when it is called again with the same master
   * keys. Beside it other processes may work that have these master keys too.
   * @returns how many keys were wrapped anew
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
    // Again until nothing is found: a process that has just read the marker may still add a key in the old way.
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

  /** With the master key that the store names at this moment: a rotation may go on beside us. */
  async #add(subject: string, key: Uint8Array): Promise<Uint8Array | null> {
    const { current } = await this.#marker();
    return this.store.add(subject, current.wrap(subject, key));
  }

  /** What remembers keys that are read from now on, from this moment on, unless one is destroyed meanwhile. */
  #memory(): (subject: string, key: Uint8Array) => Uint8Array {
    const [start, destroyed] = [performance.now(), this.#destroyed];
    return (subject, key) => {
      if (destroyed === this.#destroyed) this.#recent.set(subject, key, { start });
      return key;
    };
  }

  /** `null` for damaged bytes. @throws UnusableData when they were wrapped by a master key that the store names and we have not */
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
    // Keys without a marker were stored as they are, by a build without master keys.
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
