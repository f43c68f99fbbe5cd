import { Logger } from '@nestjs/common';
import {
  EngineUnavailable,
  Leadership,
  PARTITIONS,
  RecordCheck,
  SoleProcess,
  UnusableData,
  type Work,
} from '@app/eventing';
import { passedRecordCheck, recordStores } from '@app/testing';
import { Background } from './background.js';
import { Readiness } from './readiness.js';

const fitting = passedRecordCheck();

it('work that other work waits for is stopped after it', async () => {
  const background = new Background(new SoleProcess(), fitting, new Readiness());
  const told: string[] = [];
  const readModel = Promise.withResolvers<void>();
  const untilStopped =
    (name: string, before: Promise<void>) =>
    (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          told.push(`${name} is told`);
          void before.then(() => {
            told.push(`${name} has ended`);
            resolve();
          });
        });
      });
  background.start('projector', untilStopped('projector', Promise.resolve()), 'last');
  background.startAsLeader('dispatcher', untilStopped('dispatcher', readModel.promise));
  await new Promise(setImmediate);
  const stopping = background.beforeApplicationShutdown();
  expect(told).toEqual(['dispatcher is told']);
  readModel.resolve();
  await stopping;
  expect(told).toEqual(['dispatcher is told', 'dispatcher has ended', 'projector is told', 'projector has ended']);
});

it('rule 13: nothing starts before the event store was checked, also when its engine becomes available later', async () => {
  Logger.overrideLogger(false);
  let answers = 0;
  const begun = Promise.withResolvers<void>();
  const all = (): Promise<[]> =>
    (answers += 1) < 3 ? Promise.reject(new EngineUnavailable('MongoDB')) : Promise.resolve([]);
  const check = new RecordCheck(recordStores({ checkpoints: { all }, head: () => Promise.resolve(null) }));
  const background = new Background(new SoleProcess(), check, new Readiness());
  background.start('projector', (signal) => {
    begun.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  });
  await begun.promise;
  expect(answers).toBe(3);
  await background.beforeApplicationShutdown();
});

describe('U3: work that needs an operator', () => {
  const lines: { readonly message?: string }[] = [];
  let background: Background;
  let readiness: Readiness;
  beforeEach(() => {
    jest.useFakeTimers();
    lines.length = 0;
    Logger.overrideLogger({
      log: () => undefined,
      warn: () => undefined,
      error: (line: (typeof lines)[number]) => lines.push(line),
    });
    readiness = new Readiness();
    background = new Background(new SoleProcess(), fitting, readiness);
  });
  afterEach(async () => {
    const stopping = background.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(60_000);
    await stopping;
    Logger.overrideLogger(true);
    jest.useRealTimers();
  });
  const stopped = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

  it('is retried, reported once, and shown until it has run for a while', async () => {
    let failure: Error | null = new UnusableData('No event begins at position 7');
    let tries = 0;
    background.start('adder', (signal) => ((tries += 1), failure ? Promise.reject(failure) : stopped(signal)));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(tries).toBeGreaterThan(5);
    expect(lines.map(({ message }) => message)).toEqual(['No event begins at position 7']);
    await expect(readiness.check()).rejects.toMatchObject({
      code: 'NotReady',
      message: 'adder: No event begins at position 7',
    });

    failure = new UnusableData('No event begins at position 8');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(lines.map(({ message }) => message)).toEqual([
      'No event begins at position 7',
      'No event begins at position 8',
    ]);

    failure = null;
    await jest.advanceTimersByTimeAsync(30_000);
    await readiness.check();
    expect(lines).toHaveLength(2);
  });

  it('rule 13: does not start again after the followers were divided otherwise', async () => {
    let stored = '1 parts';
    const get = (name: string): Promise<string> => Promise.resolve(name === PARTITIONS ? stored : 'record-1');
    const all = (): Promise<[]> => Promise.resolve([]);
    const check = new RecordCheck(recordStores({ checkpoints: { all, get }, head: () => Promise.resolve(null) }));
    /** Gives the lease a second time, after the process was suspended. */
    class LostOnce extends Leadership {
      async lead(_: string, work: Work, signal: AbortSignal): Promise<void> {
        await work(signal);
        stored = '8 parts';
        await work(signal);
      }
    }
    background = new Background(new LostOnce(), check, readiness);
    let starts = 0;
    background.startAsLeader('publisher', async () => void (starts += 1));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(starts).toBe(1);
    await expect(readiness.check()).rejects.toThrow(
      'publisher: PARTITIONS is 1, and the followers are divided into 8. To change that, stop all processes',
    );
  });

  it('is no longer shown when it fails for another reason, which is reported each time', async () => {
    let failure: Error = new UnusableData('No event begins at position 7');
    background.start('adder', () => Promise.reject(failure));
    await jest.advanceTimersByTimeAsync(10_000);
    failure = new EngineUnavailable('EventStoreDB');
    const said = lines.length;
    await jest.advanceTimersByTimeAsync(60_000);
    await readiness.check();
    expect(lines.length).toBeGreaterThan(said + 1);
  });
});
