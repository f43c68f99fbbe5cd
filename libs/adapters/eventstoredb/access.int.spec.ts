import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '@app/eventing';
import { makeCertificate } from '@app/testing';
import { eventStoreDbVersion } from '@app/testing/servers';
import { startEventStoreDbDouble, type EventStoreDbDouble } from '@app/emulators/eventstoredb';
import { openEventStoreDb, type EventStoreDb } from './index.js';

const happened = (): StoredEvent => ({ id: randomUUID(), type: 'Happened.v1', data: {}, metadata: {} });

describe('EventStoreDB with TLS and users', () => {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  const tls = makeCertificate();
  const caFile = join(folder, 'ca.pem');
  const all = ['read $all', 'append'] as const;
  const users: Record<string, { password: string; rights: readonly ('read $all' | 'append')[] }> = {};
  let double: EventStoreDbDouble;
  let opened: EventStoreDb;
  beforeAll(async () => {
    writeFileSync(caFile, tls.certificate);
    double = await startEventStoreDbDouble({ folder, tls, users });
  });
  beforeEach(() => {
    users['app'] = { password: 'p@ss:word', rights: all };
    opened = openEventStoreDb({ url: url() });
  });
  afterEach(() => opened.close());
  afterAll(async () => {
    await double.close();
    rmSync(folder, { recursive: true });
  });
  const url = (): string =>
    `${double.url.replace('esdb://', `esdb://app:${encodeURIComponent('p@ss:word')}@`)}?tlsCAFile=${caFile}`;

  test('U3: the check writes nothing, and the event store works normally', async () => {
    const { eventStore, checkAccess } = opened;
    await checkAccess();
    expect(await eventStore.head()).toBeNull();
    const { position } = await eventStore.append('thing-1', 'no-stream', [happened()]);
    await checkAccess();
    expect(await eventStore.head()).toBe(position);
    expect(await eventStore.read('thing-1', 0, 10)).toHaveLength(1);
    expect(double.counts.batchAppend).toBe(0);
  });

  test('U3: a right that is removed while a process runs is named, without the password', async () => {
    const { eventStore } = opened;
    await eventStore.head();
    users['app'] = { password: 'p@ss:word', rights: [] };
    const signal = new AbortController().signal;
    const calls = {
      'append to streams': eventStore.append('thing-2', 'no-stream', [happened()]),
      'read $all': eventStore.subscribe({ after: null, signal })[Symbol.asyncIterator]().next(),
    };
    for (const [right, call] of Object.entries(calls))
      await expect(call).rejects.toMatchObject({
        name: 'AccessRefused',
        engine: 'EventStoreDB',
        message: expect.stringContaining(right),
      });
    users['app'] = { password: 'another', rights: all };
    await expect(eventStore.head()).rejects.toMatchObject({
      name: 'AccessRefused',
      message: 'EventStoreDB: wrong user or password',
    });
  });

  test('U3: a server without TLS is reported as such', async () => {
    const plain = await startEventStoreDbDouble({ folder: join(folder, 'plain') });
    const other = openEventStoreDb({ url: `esdb://app:secret@127.0.0.1:${plain.port}` });
    await expect(other.checkAccess()).rejects.toMatchObject({
      name: 'AccessRefused',
      reason: expect.stringContaining('does not use TLS'),
    });
    await other.close();
    await plain.close();
  });

  test('U3: an unavailable server is reported as unavailable', async () => {
    double.refuse(true);
    await expect(opened.checkAccess()).rejects.toMatchObject({ name: 'EngineUnavailable' });
    double.refuse(false);
  });

  test('U3: clients with TLS and a user get the version', async () => {
    expect(await eventStoreDbVersion(url())).toBe('23.10.8');
    expect(await eventStoreDbVersion('esdb://127.0.0.1:1?tls=false')).toBe('of unknown version');
  });
});
