import type { CommandBus } from '@nestjs/cqrs';
import { SystemClock, TrustedClock, type Clock, type EngineClock, type EventLog, type Page } from '@app/eventing';
import { Configuration } from '@app/platform';
import type { DeliveryQueries, DeliveryRow } from '@app/read-models';
import { reconcilerOf } from './reconciler.fixture.js';

it('T2, T7: gives up no claim and drops nothing while the clock is wrong, and does both afterwards', async () => {
  let wrongBy = 3_600_000;
  const clock: Clock = { now: () => Date.now() + wrongBy };
  const server: EngineClock = {
    engine: 'MongoDB',
    atZero: () =>
      Promise.resolve({
        least: new SystemClock().now() - performance.now(),
        most: new SystemClock().now() - performance.now(),
      }),
  };
  const stop = new AbortController();
  const commands: string[] = [];
  let looks = 0;
  const done = Promise.withResolvers<void>();
  const execute = ({ intent: { type } }: { intent: { type: string } }): Promise<void> => {
    commands.push(type);
    return Promise.resolve();
  };
  // Called in each round: the clock is set right in the fifth.
  const eventLog = {
    head: () => Promise.resolve((looks += 1) === 5 ? ((wrongBy = 0), '1') : '1'),
  } as unknown as EventLog;
  const row = { id: 'delivery-1', programId: 'program-1', claimId: 'claim' } as DeliveryRow;
  const seen: number[] = [];
  const some = (): Promise<Page<DeliveryRow>> => {
    seen.push(looks);
    return Promise.resolve({ documents: commands.length < 2 ? [row] : [], next: null, previous: null });
  };
  const uncertainSince = () => {
    done.resolve();
    return Promise.resolve({ documents: [], next: null, previous: null });
  };
  const deliveries = { expired: some, claimedUpTo: some, uncertainSince } as unknown as DeliveryQueries;
  const configuration = Object.assign(new Configuration(), { RECONCILE_EVERY_MS: 1 });
  const running = reconcilerOf({
    commands: { execute } as unknown as CommandBus,
    eventLog,
    deliveries,
    configuration,
    clock,
    trustedClock: new TrustedClock(clock, [server]),
  }).run(stop.signal);
  await done.promise;
  stop.abort();
  await running;
  expect(Math.min(...seen)).toBe(5);
  expect(commands).toEqual(['ExpireDelivery', 'DoubtDelivery']);
});
