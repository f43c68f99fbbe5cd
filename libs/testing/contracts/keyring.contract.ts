import { KeyDestroyed, KeyDiffers, type Keyring, type KeyStore } from '@app/eventing';
import { rejection, uniqueName, type Opened } from './opened.js';

/** The keyring, and its store. */
type Ports = { readonly store: Keyring; readonly keys: KeyStore };

/** Contract of keyrings. */
export function keyringContract(name: string, open: () => Promise<Opened<Ports>>): void {
  describe(`keyring contract: ${name}`, () => {
    let opened: Opened<Ports>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    const keyring = () => opened.store;

    test('creates a key of 32 bytes at first use and keeps it', async () => {
      const [a, b] = [uniqueName('subject'), uniqueName('subject')];
      const key = await keyring().ensure(a);
      expect(key).toHaveLength(32);
      expect(hex(await keyring().ensure(a))).toBe(hex(key));
      expect(hex(await keyring().ensure(b))).not.toBe(hex(key));
    });

    test('concurrent callers agree on one key for each subject', async () => {
      const subjects = [uniqueName('subject'), uniqueName('subject'), uniqueName('subject')];
      const wanted = Array.from({ length: 30 }, (_, n) => subjects[n % 3] ?? '');
      const keys = await Promise.all(wanted.map(async (subject) => hex(await keyring().ensure(subject))));
      expect(new Set(keys).size).toBe(3);
      const stored = await keyring().get(subjects);
      wanted.forEach((subject, index) => expect(hex(stored.get(subject))).toBe(keys[index]));
    });

    test('returns the existing keys', async () => {
      const [known, unknown, destroyed] = [uniqueName('subject'), uniqueName('subject'), uniqueName('subject')];
      const key = await keyring().ensure(known);
      await keyring().ensure(destroyed);
      await keyring().destroy(destroyed);
      const keys = await keyring().get([known, unknown, destroyed]);
      expect([...keys.keys()].sort()).toEqual([known, destroyed].sort());
      expect(keys.get(destroyed)).toBe('destroyed');
      expect(hex(keys.get(known))).toBe(hex(key));
      expect((await keyring().get([])).size).toBe(0);
    });

    test('a destroyed key stays destroyed', async () => {
      const subject = uniqueName('subject');
      await keyring().ensure(subject);
      await keyring().destroy(subject);
      await keyring().destroy(subject);
      expect((await keyring().get([subject])).get(subject)).toBe('destroyed');
      expect(await rejection(keyring().ensure(subject))).toBeInstanceOf(KeyDestroyed);
    });

    test('a subject can be destroyed before it has a key', async () => {
      const subject = uniqueName('subject');
      await keyring().destroy(subject);
      expect(await rejection(keyring().ensure(subject))).toBeInstanceOf(KeyDestroyed);
    });

    test('lists all keys, and the destroyed ones', async () => {
      const subjects = Array.from({ length: 3 }, () => uniqueName('subject'));
      const [a, b, destroyed] = subjects as [string, string, string];
      const keys = [hex(await keyring().ensure(a)), hex(await keyring().ensure(b)), null];
      await keyring().ensure(destroyed);
      await keyring().destroy(destroyed);
      const told = new Map<string, string | null>();
      for await (const [subject, key] of keyring().all())
        if (subjects.includes(subject)) told.set(subject, key && hex(key));
      expect(subjects.map((subject) => told.get(subject))).toEqual(keys);
    });

    test('adopts a key created elsewhere, and no other one after it', async () => {
      const [adopted, own, destroyed] = [uniqueName('subject'), uniqueName('subject'), uniqueName('subject')];
      const key = Uint8Array.from({ length: 32 }, (_, n) => n);
      await keyring().adopt(adopted, key);
      await keyring().adopt(adopted, key);
      expect(hex(await keyring().ensure(adopted))).toBe(hex(key));
      await keyring().ensure(own);
      await keyring().destroy(destroyed);
      for (const subject of [own, destroyed])
        expect(await rejection(keyring().adopt(subject, key))).toBeInstanceOf(KeyDiffers);
      expect((await keyring().get([destroyed])).get(destroyed)).toBe('destroyed');
    });

    test('X8: the store holds no plain key, and nothing of a destroyed one', async () => {
      const [made, adopted, destroyed] = [uniqueName('subject'), uniqueName('subject'), uniqueName('subject')];
      const raw = [await keyring().ensure(made), Uint8Array.from({ length: 32 }, (_, n) => 200 - n)];
      await keyring().adopt(adopted, raw[1] ?? new Uint8Array());
      await keyring().ensure(destroyed);
      await keyring().destroy(destroyed);
      const stored = new Map<string, Uint8Array | null>();
      for await (const [subject, bytes] of opened.keys.all()) stored.set(subject, bytes);
      for (const subject of [made, adopted]) expect(stored.get(subject)?.length).toBeGreaterThan(32);
      for (const bytes of stored.values())
        for (const key of raw) expect(hex(bytes ?? undefined)).not.toContain(hex(key));
      expect(stored.get(destroyed)).toBeNull();
    });

    test('an entry is replaced only if it is unchanged since it was read', async () => {
      const [subject, destroyed] = [uniqueName('subject'), uniqueName('subject')];
      const [first, second, third] = [1, 2, 3].map((n) => new Uint8Array([n, n])) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      expect(hex((await opened.keys.add(subject, first)) ?? undefined)).toBe(hex(first));
      expect(hex((await opened.keys.add(subject, second)) ?? undefined)).toBe(hex(first));
      await opened.keys.destroy(destroyed);
      expect(await opened.keys.add(destroyed, first)).toBeNull();
      await opened.keys.replace([
        { subject, before: first, after: second },
        { subject: destroyed, before: first, after: second },
      ]);
      await opened.keys.replace([{ subject, before: first, after: third }]);
      const stored = await opened.keys.get([subject, destroyed, uniqueName('subject')]);
      expect([...stored].map(([name, bytes]) => [name, bytes && hex(bytes)]).toSorted()).toEqual(
        [
          [subject, hex(second)],
          [destroyed, null],
        ].toSorted(),
      );
      for (const name of [subject, destroyed]) await opened.keys.destroy(name);
    });

    test('keys and destroyed subjects exist after reopening', async () => {
      const [kept, destroyed] = [uniqueName('subject'), uniqueName('subject')];
      const key = await keyring().ensure(kept);
      await keyring().ensure(destroyed);
      await keyring().destroy(destroyed);
      opened = { ...opened, ...(await opened.reopen()) };
      expect(hex((await keyring().get([kept])).get(kept))).toBe(hex(key));
      expect(hex(await keyring().ensure(kept))).toBe(hex(key));
      expect((await keyring().get([destroyed])).get(destroyed)).toBe('destroyed');
      expect(await rejection(keyring().ensure(destroyed))).toBeInstanceOf(KeyDestroyed);
    });
  });
}

const hex = (key: Uint8Array | 'destroyed' | undefined): string => Buffer.from(key ?? []).toString('hex');
