import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { EventCodec, EventLog, RecordCheck, runFollower, SoleProcess, type Checkpoints } from '@app/eventing';
import type { Position } from '@app/kernel';
import { Background, HealthController, Readiness } from '@app/platform';
import { KeysInMemory, passedRecordCheck } from '@app/testing';
import { startEventStoreDbDouble, type EventStoreDbDouble } from '@app/emulators/eventstoredb';
import { contextOf, Tallies, tallySubjectHomes, tallyTypes, type TallyEvent } from '@app/testing';
import { openEventStoreDb, type EventStoreDb } from './index.js';

describe('U3: a follower with a checkpoint of another event store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  const lines: { readonly error: string; readonly correlationId: string; readonly message?: string }[] = [];
  let double: EventStoreDbDouble;
  let opened: EventStoreDb;
  let checkpoint: Position | null = null;
  const checkpoints = {
    all: async () => [],
    get: async () => checkpoint,
    set: async (_name: string, _from: Position | null, to: Position) => void (checkpoint = to),
  } as unknown as Checkpoints;
  const readiness = new Readiness();
  let recordCheck: RecordCheck;
  let background: Background;
  beforeAll(async () => {
    Logger.overrideLogger({
      log: () => undefined,
      warn: () => undefined,
      error: (line: (typeof lines)[number]) => lines.push(line),
    });
    double = await startEventStoreDbDouble({ folder });
    opened = openEventStoreDb(double);
    recordCheck = passedRecordCheck();
    background = new Background(new SoleProcess(), recordCheck, readiness);
  });
  afterAll(async () => {
    await background.beforeApplicationShutdown();
    await opened.close();
    await double.close();
    rmSync(folder, { recursive: true });
    Logger.overrideLogger(true);
  });

  test('is logged once with the position, makes the process not ready, and is retried until it fits', async () => {
    const keyring = new KeysInMemory();
    const tallies = new Tallies(opened.eventStore, keyring);
    const first = await tallies.add('t', [1], contextOf('a'));
    await tallies.add('t', [2], contextOf('b'));
    const right = first.position ?? '';
    const wrong = String(BigInt(right) + 1n).padStart(right.length, '0');

    checkpoint = wrong;
    const eventLog = new EventLog(opened.eventStore, new EventCodec(tallyTypes, keyring), tallySubjectHomes);
    const health = new HealthController(eventLog, checkpoints, readiness, recordCheck);
    const whyNotReady = (): Promise<string | null> =>
      health.ready().then(
        () => null,
        (error: Error) => `${error.name} ${error.message}`,
      );
    let tries = 0;
    const handled: number[] = [];
    const seen = Promise.withResolvers<void>();
    const follower = {
      name: 'adder',
      categories: ['tally'],
      handle: async (events: readonly unknown[]) => {
        handled.push(...(events as readonly TallyEvent[]).map(({ data }) => data.amount));
        seen.resolve();
      },
    };
    expect(await whyNotReady()).toBeNull();
    background.start('adder', (signal) => ((tries += 1), runFollower({ eventLog, checkpoints }, follower, signal)));

    while (tries < 3) await sleep(20);
    expect(await whyNotReady()).toContain(`adder: No event begins at position ${wrong} `);
    const message = expect.stringContaining(`position ${wrong} `);
    expect(lines).toEqual([expect.objectContaining({ error: 'UnknownPosition', correlationId: 'adder', message })]);

    checkpoint = right;
    await seen.promise;
    expect(handled).toEqual([2]);
    while ((await whyNotReady()) !== null) await sleep(20);
    expect(lines).toHaveLength(1);
  });
});
