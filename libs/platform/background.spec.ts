import { Logger } from '@nestjs/common';
import { EngineUnavailable, RecordCheck, SoleProcess } from '@app/eventing';
import { passedRecordCheck, recordStores } from '@app/testing';
import { Background } from './background.js';

const fitting = passedRecordCheck();

it('what other work waits for is stopped after it', async () => {
  const background = new Background(new SoleProcess(), fitting);
  const told: string[] = [];
  const readModel = Promise.withResolvers<void>();
  const untilStopped = (name: string, before: Promise<void>) => (signal: AbortSignal): Promise<void> =>
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

it('rule 13: nothing begins before the record was checked, also when its engine comes later', async () => {
  Logger.overrideLogger(false);
  let answers = 0;
  const begun = Promise.withResolvers<void>();
  const all = (): Promise<[]> => ((answers += 1) < 3 ? Promise.reject(new EngineUnavailable('MongoDB')) : Promise.resolve([]));
  const check = new RecordCheck(recordStores({ checkpoints: { all }, head: () => Promise.resolve(null) }));
  const background = new Background(new SoleProcess(), check);
  background.start('projector', (signal) => {
    begun.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  });
  await begun.promise;
  expect(answers).toBe(3);
  await background.beforeApplicationShutdown();
});
