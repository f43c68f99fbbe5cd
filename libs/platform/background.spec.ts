import { SoleProcess } from '@app/eventing';
import { Background } from './background.js';

it('what other work waits for is stopped after it', async () => {
  const background = new Background(new SoleProcess());
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
  const stopping = background.beforeApplicationShutdown();
  expect(told).toEqual(['dispatcher is told']);
  readModel.resolve();
  await stopping;
  expect(told).toEqual(['dispatcher is told', 'dispatcher has ended', 'projector is told', 'projector has ended']);
});
