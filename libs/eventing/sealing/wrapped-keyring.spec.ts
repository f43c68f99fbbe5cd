import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { KeyDestroyed } from '../ports/keyring.js';
import { KeyStore, type KeyChange } from '../ports/key-store.js';
import { MasterKey, wrappedBy, type MasterKeys } from './master-key.js';
import { UnusableData } from '../ports/unusable-data.js';
import { WrappedKeyring } from './wrapped-keyring.js';

class StoreInMemory extends KeyStore {
  readonly entries = new Map<string, Uint8Array | null>();
  /** The number of further calls that succeed before the process dies. */
  callsLeft = Infinity;

  async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | null>> {
    this.alive();
    return new Map([...this.entries].filter(([subject]) => subjects.includes(subject)));
  }

  async add(subject: string, wrapped: Uint8Array): Promise<Uint8Array | null> {
    this.alive();
    if (!this.entries.has(subject)) this.entries.set(subject, wrapped);
    return this.entries.get(subject) ?? null;
  }

  async replace(changes: readonly KeyChange[]): Promise<void> {
    for (const { subject, before, after } of changes) {
      this.alive();
      if (Buffer.from(this.entries.get(subject) ?? []).equals(before)) this.entries.set(subject, after);
    }
  }

  async destroy(subject: string): Promise<void> {
    this.alive();
    this.entries.set(subject, null);
  }

  async *all(): AsyncIterable<readonly [string, Uint8Array | null]> {
    for (const entry of this.entries) {
      this.alive();
      yield entry;
    }
  }

  private alive(): void {
    this.callsLeft -= 1;
    if (this.callsLeft < 0) throw new Error('The process died');
  }
}

const [one, two, three] = [1, 2, 3].map(() => new MasterKey(randomBytes(32))) as [MasterKey, MasterKey, MasterKey];
const open = (store: KeyStore, ...masterKeys: MasterKeys): WrappedKeyring => new WrappedKeyring(store, masterKeys);
const hex = (key: Uint8Array | 'destroyed' | undefined): string => Buffer.from(key ?? []).toString('hex');
const subjects = ['a', 'b', 'c', 'd', 'e'];

describe('a keyring wrapped by a master key', () => {
  let store: StoreInMemory;
  beforeEach(() => {
    store = new StoreInMemory();
  });

  const keysOf = async (keyring: WrappedKeyring): Promise<string[]> => {
    const keys = await keyring.get(subjects);
    return subjects.map((subject) => hex(keys.get(subject)));
  };
  const makeKeys = async (keyring: WrappedKeyring): Promise<string[]> =>
    Promise.all(subjects.map(async (subject) => hex(await keyring.ensure(subject))));
  const wrappers = (): string[] => [
    ...new Set([...store.entries.values()].flatMap((bytes) => (bytes ? [wrappedBy(bytes)] : []))),
  ];

  it('X8: another master key is refused by name, before anything is read or written', async () => {
    await makeKeys(open(store, one));
    const before = new Map(store.entries);
    const wrong = open(store, two);
    for (const attempt of [
      () => wrong.check(),
      () => wrong.get(['a']),
      () => wrong.ensure('new'),
      () => wrong.adopt('new', randomBytes(32)),
      () => wrong.destroy('a'),
      () => wrong.rotate(),
    ]) {
      const error = await attempt().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UnusableData);
      expect((error as Error).message).toMatch(
        new RegExp(
          `wrapped by the master key ${one.id}; the given one is ${two.id}\\. Give the right one as MASTER_KEY`,
        ),
      );
      expect((error as Error).message).not.toContain('\n');
    }
    expect(store.entries).toEqual(before);
  });

  it('X8: unwrapped keys of an older build are refused and not mistaken for wrapped ones', async () => {
    store.entries.set('a', randomBytes(32));
    for (const attempt of [open(store, one).check(), open(store, one).ensure('b')])
      await expect(attempt).rejects.toThrow(/older build/);
    expect([...store.entries.keys()]).toEqual(['a']);
  });

  it("X8: a new store whose first entry is a destroyed subject does not count as an older build's", async () => {
    await open(store, one).destroy('a');
    await open(store, one).check();
    await expect(open(store, one).ensure('a')).rejects.toThrow(KeyDestroyed);
  });

  it('X8: of two processes with different master keys at a new store one is refused', async () => {
    const outcomes = await Promise.allSettled([open(store, one).check(), open(store, two).check()]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it("X8: a key swapped with another subject's does not open, nor do damaged bytes; the others do", async () => {
    const keys = await makeKeys(open(store, one));
    store.entries.set('a', store.entries.get('b') ?? null);
    store.entries.set(
      'c',
      (store.entries.get('c') ?? new Uint8Array()).map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
    );
    store.entries.set('d', new Uint8Array([1, 2, 3]));
    const again = open(store, one);
    expect(await keysOf(again)).toEqual(['', keys[1], '', '', keys[4]]);
    await expect(again.ensure('a')).rejects.toThrow(UnusableData);
    await expect(again.rotate()).rejects.toThrow('The key of d is damaged');
  });

  it('X8: damage in any byte of a stored key never gives another key', async () => {
    const key = randomBytes(32);
    const wrapped = one.wrap('a', key);
    expect(hex(one.unwrap('a', wrapped) ?? undefined)).toBe(hex(key));
    fc.assert(
      fc.property(fc.nat(wrapped.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = wrapped.map((byte, index) => (index === at ? byte ^ change : byte));
        // The first bytes are the id of the master key; they are checked first, and are not part of the sealed bytes.
        if (at >= 8) expect(one.unwrap('a', damaged)).toBeNull();
        else expect(wrappedBy(damaged)).not.toBe(one.id);
      }),
    );
  });

  it('X8: a key that is destroyed while it is read is not cached', async () => {
    const [reader, keyring] = [store.get.bind(store), open(store, one)];
    await keyring.ensure('a');
    const other = open(store, one);
    await other.check();
    store.get = async (asked) => {
      const found = await reader(asked);
      if (asked.includes('a')) {
        store.get = reader;
        await other.destroy('a');
      }
      return found;
    };
    expect(hex((await other.get(['a'])).get('a'))).not.toBe('');
    expect((await other.get(['a'])).get('a')).toBe('destroyed');
    await expect(other.ensure('a')).rejects.toThrow(KeyDestroyed);
  });

  it('X8: after a rotation the former master key opens nothing, and every key is unchanged', async () => {
    const before = open(store, one);
    const keys = await makeKeys(before);
    await before.destroy('e');
    expect(await open(store, two, one).rotate()).toBe(4);
    expect(wrappers()).toEqual([two.id]);
    expect(await keysOf(open(store, two))).toEqual([...keys.slice(0, 4), hex('destroyed')]);
    await expect(open(store, two).ensure('e')).rejects.toThrow(KeyDestroyed);
    await expect(open(store, one).check()).rejects.toThrow(UnusableData);
    expect(await open(store, two, one).rotate()).toBe(0);
  });

  it('X8: a rotation killed at any point continues, and until it is finished nobody starts without both keys', async () => {
    for (let calls = 0; ; calls += 1) {
      store = new StoreInMemory();
      const keys = await makeKeys(open(store, one));
      store.callsLeft = calls;
      const rotated = await open(store, two, one)
        .rotate()
        .catch((error: Error) => error.message);
      store.callsLeft = Infinity;
      if (typeof rotated === 'number') break;
      expect(rotated).toBe('The process died');
      expect(await keysOf(open(store, two, one))).toEqual(keys);
      // A process with only one of the two keys reads everything or gets an error that names the missing key.
      for (const only of [one, two])
        expect([true, keys]).toContainEqual(
          await keysOf(open(store, only)).catch((error: unknown) => error instanceof UnusableData),
        );
      await open(store, two, one).rotate();
      expect(wrappers()).toEqual([two.id]);
      expect(await keysOf(open(store, two))).toEqual(keys);
    }
  });

  it('X8: a process with both keys works during the rotation, and its new keys are wrapped by the new one', async () => {
    const running = open(store, two, one);
    await open(store, one).ensure('a');
    await running.ensure('b');
    expect(wrappers()).toEqual([one.id]);
    const all = store.all.bind(store);
    // Another process adds a key wrapped by the former master key, after the first pass.
    store.all = async function* () {
      yield* all();
      store.all = all;
      store.entries.set('late', one.wrap('late', randomBytes(32)));
    };
    expect(await open(store, two, one).rotate()).toBe(3);
    await running.ensure('c');
    expect(wrappers()).toEqual([two.id]);
  });

  it('X8: a second rotation is refused until the first one is finished', async () => {
    const keys = await makeKeys(open(store, one));
    store.callsLeft = 5;
    await open(store, two, one)
      .rotate()
      .catch(() => null);
    store.callsLeft = Infinity;
    await expect(open(store, three, two).rotate()).rejects.toThrow(one.id);
    await expect(open(store, three, two, one).rotate()).rejects.toThrow(/is not finished/);
    await open(store, two, one).rotate();
    await open(store, three, two).rotate();
    expect(await keysOf(open(store, three))).toEqual(keys);
  });

  it.each([
    ['', null],
    ['no key', null],
    ['ab'.repeat(31), null],
    [Buffer.alloc(31).toString('base64'), null],
    [Buffer.alloc(33).toString('base64'), null],
  ])('not a master key: %j', (text) => expect(MasterKey.parse(text)).toBeNull());

  it('X8: a master key is the same in both notations, also with a line end', () => {
    const bytes = randomBytes(32);
    const ids = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), `${bytes.toString('base64')}\n`].map(
      (text) => MasterKey.parse(text)?.id,
    );
    expect(ids).toEqual(Array(3).fill(new MasterKey(bytes).id));
  });
});
