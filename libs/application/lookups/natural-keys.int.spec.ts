import { isUUID } from 'class-validator';
import {
  programHash,
  programHashSubject,
  ProgramGone,
  ProgramKeyMissing,
  type Engines,
  type Keyring,
  type EventLog,
} from '@app/eventing';
import { KeysInMemory } from '@app/testing';
import { TemporaryFolder } from '@app/testing/embedded';
import { NaturalKeys } from './natural-keys.js';

const phone = '+14155550132';

/** The keys of programs that have no events, or some. */
const keysOf = (keyring: Keyring, hasHistory = false): NaturalKeys =>
  new NaturalKeys(keyring, { hasHistory: async () => hasHistory } as unknown as EventLog);

/** One id of each kind, all derived from the same text. */
const idsOf = (keyring: Keyring, programId: string, text = phone): Promise<string[]> => {
  const keys = keysOf(keyring);
  return Promise.all([
    keys.address(programId, text),
    keys.contactByPhone(programId, text),
    keys.contactByExternalId(programId, text),
    keys.contactByEmail(programId, text),
    keys.referralByExternalId(programId, text),
    keys.command(programId, { kind: 'staff', id: 'anna' }, text),
    keys.posted(programId, 'SM1', { From: text }),
  ]);
};

describe('ids derived from personal data', () => {
  const folder = new TemporaryFolder();
  const elsewhere = new TemporaryFolder();
  let engines: Engines;
  beforeAll(async () => {
    engines = await folder.open();
  });
  afterAll(async () => {
    await folder.remove();
    await elsewhere.remove();
  });

  test('M4: the same number has the same id, also after a restart and for concurrent callers', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => idsOf(engines.keyring, 'program-1')));
    engines = await folder.reopen();
    many.push(await idsOf(engines.keyring, 'program-1'));
    expect(new Set(many.map((ids) => ids.join())).size).toBe(1);
  });

  test('K7, rule 13: a lost key is not created again, since a STOP would be forgotten with the ids', async () => {
    const keyring = new KeysInMemory();
    const before = await keysOf(keyring).address('p', phone);
    const all = keyring.get.bind(keyring);
    const lost = programHashSubject('p', 'names');
    keyring.get = async (subjects) => new Map([...(await all(subjects))].filter(([subject]) => subject !== lost));
    await expect(keysOf(keyring).address('p', phone)).rejects.toThrow(ProgramKeyMissing);
    keyring.get = all;
    expect(await keysOf(keyring).address('p', phone)).toBe(before);
  });

  test('K7, rule 13: neither are both, if the program has events', async () => {
    const keyring = new KeysInMemory();
    await expect(keysOf(keyring, true).address('p', phone)).rejects.toThrow(ProgramKeyMissing);
    await expect(programHash(keysOf(keyring, true), 'p', 'commands', 'x')).rejects.toThrow(ProgramKeyMissing);
    expect((await keyring.get([programHashSubject('p', 'names'), programHashSubject('p', 'commands')])).size).toBe(0);
    const id = await keysOf(keyring).address('p', phone);
    expect(await keysOf(keyring, true).address('p', phone)).toBe(id);
  });

  test('M4: keys that were being created when the process died are created the next time', async () => {
    const keyring = new KeysInMemory();
    await keyring.ensure(programHashSubject('p', 'names'));
    await keysOf(keyring).command('p', { kind: 'staff', id: 'anna' }, 'k');
    await expect(programHash(keysOf(keyring), 'p', 'commands', 'x')).resolves.toBeDefined();
  });

  test('M4: different numbers and different kinds have different ids, each a valid UUID', async () => {
    const ids = [
      ...(await idsOf(engines.keyring, 'program-1')),
      ...(await idsOf(engines.keyring, 'program-1', '+14155550133')),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(isUUID(id)).toBe(true);
  });

  test('G5: two programs give one number different ids, and so do two installations', async () => {
    const other = await elsewhere.open();
    const ids = [
      await idsOf(engines.keyring, 'program-1'),
      await idsOf(engines.keyring, 'program-2'),
      await idsOf(other.keyring, 'program-1'),
    ].flat();
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('X8: once the key is destroyed nobody can derive an id again, and other programs continue', async () => {
    const before = await idsOf(engines.keyring, 'program-1');
    await idsOf(engines.keyring, 'program-3');
    await engines.keyring.destroy(programHashSubject('program-3', 'names'));
    await expect(idsOf(engines.keyring, 'program-3')).rejects.toThrow(ProgramGone);
    engines = await folder.reopen();
    await expect(idsOf(engines.keyring, 'program-3')).rejects.toThrow(ProgramGone);
    expect(await idsOf(engines.keyring, 'program-1')).toEqual(before);
  });
});
