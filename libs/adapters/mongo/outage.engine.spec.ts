import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineUnavailable, MasterKey } from '@app/eventing';
import { at, card, collect, newModel, PROGRAM, rejection, write } from '@app/testing/contracts';
import { freePort, startMongo, type RunningMongo } from '@app/testing/servers';
import { openMongo, type Mongo } from './index.js';

/** On a separate server, since it is stopped. The stand-in loses its data then; MongoDB would not. */
describe('unavailable MongoDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mongo-outage-'));
  const model = newModel();
  let port: number;
  let server: RunningMongo | undefined;
  let mongo: Mongo;
  beforeAll(async () => {
    port = await freePort();
    mongo = await openMongo({
      url: `mongodb://127.0.0.1:${port}/messages`,
      masterKeys: [new MasterKey(randomBytes(32))],
    });
  });
  afterAll(async () => {
    await mongo.close();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const start = async () => {
    server = await startMongo({ port, log: join(folder, 'mongo.log') });
  };
  const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['prepare', () => mongo.readModels.prepare(model)],
    ['write', () => mongo.readModels.write(model, [write(2, card('b'))], { from: at(1), to: at(2) })],
    ['get', () => mongo.readModels.get(model, PROGRAM, ['a'])],
    [
      'page',
      () => mongo.readModels.page(model, { programId: PROGRAM, index: 'byRank', equals: {}, order: 'asc', limit: 2 }),
    ],
    ['search', () => mongo.readModels.search(model, { programId: PROGRAM, prefix: 'a' }, 2)],
    ['beginRebuild', () => mongo.readModels.beginRebuild(model)],
    ['fillRebuild', () => mongo.readModels.fillRebuild(model, [write(2, card('b'))])],
    ['swapRebuild', () => mongo.readModels.swapRebuild(model, at(2))],
    ['dropRebuild', () => mongo.readModels.dropRebuild(model)],
    ['scan', () => collect(mongo.readModels.scan(model, 'live'))],
    ['checkpoint get', () => mongo.checkpoints.get(model.name)],
    ['checkpoint set', () => mongo.checkpoints.set('follower', null, at(1))],
    ['waitFor', () => mongo.checkpoints.waitFor(model.name, at(9), 60_000)],
    ['key get', () => mongo.keyring.get(['subject'])],
    ['key ensure', () => mongo.keyring.ensure('subject')],
    ['key destroy', () => mongo.keyring.destroy('subject')],
  ];
  const allUnavailable = async () => {
    const outcomes = await Promise.all(calls.map(async ([name, call]) => [name, await rejection(call())] as const));
    for (const [name, error] of outcomes) expect([name, error]).toEqual([name, expect.any(EngineUnavailable)]);
  };

  test('a process can start before its server: every call reports that it is unavailable', allUnavailable);

  test('once the server is available the same process works', async () => {
    await start();
    await mongo.readModels.prepare(model);
    await mongo.readModels.write(model, [write(1, card('a'))], { from: null, to: at(1) });
    expect(await mongo.readModels.get(model, PROGRAM, ['a'])).toEqual([card('a')]);
  });

  test('after the server is killed, running and later calls report it', async () => {
    const waiting = rejection(mongo.checkpoints.waitFor(model.name, at(9), 60_000));
    server?.kill('SIGKILL');
    await server?.ended;
    expect(await waiting).toBeInstanceOf(EngineUnavailable);
    await allUnavailable();
  });

  test('a restarted server is used automatically', async () => {
    await start();
    await mongo.readModels.prepare(model);
    expect(await mongo.checkpoints.get(model.name)).toBeNull();
    await mongo.readModels.write(model, [write(1, card('a'))], { from: null, to: at(1) });
    expect(await mongo.checkpoints.waitFor(model.name, at(1), 1_000)).toBe(true);
    expect(await mongo.keyring.ensure('subject')).toHaveLength(32);
  });

  test('a server that no longer responds is given up', async () => {
    server?.kill('SIGSTOP');
    try {
      expect(await rejection(mongo.readModels.get(model, PROGRAM, ['a']))).toBeInstanceOf(EngineUnavailable);
    } finally {
      server?.kill('SIGCONT');
    }
    expect(await mongo.readModels.get(model, PROGRAM, ['a'])).toEqual([card('a')]);
  });
});
