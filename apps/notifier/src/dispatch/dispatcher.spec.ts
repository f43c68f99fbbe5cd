import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { getEventListeners } from 'node:events';
import { EngineUnavailable, Unopened, type Checkpoints, type Clock, type EventLog } from '@app/eventing';
import type { DeliveryQueries } from '@app/read-models';
import { dispatcherOf } from './dispatcher.fixture.js';
import type { Roads } from './roads.js';

describe('the dispatcher while engines are away', () => {
  it('ends its run, and not the process, when the event store fails while it waits for the read model', async () => {
    const answer = Promise.withResolvers<never>();
    const eventLog = {
      head: () => Promise.resolve('1'),
      // eslint-disable-next-line require-yield
      async *follow() {
        await Promise.resolve();
        throw new EngineUnavailable('EventStoreDB');
      },
    } as unknown as EventLog;
    const checkpoints = { waitFor: () => answer.promise } as unknown as Checkpoints;
    const dispatcher = dispatcherOf({ eventLog, checkpoints }).dispatcher;
    const running = dispatcher.run(new AbortController().signal);
    // An unhandled rejection fails the test, as it would end the process.
    for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate);
    answer.reject(new EngineUnavailable('MongoDB'));
    await expect(running).rejects.toBeInstanceOf(EngineUnavailable);
  });

  it('ends its run when the event store fails at the start', async () => {
    const eventLog = { head: () => Promise.reject(new EngineUnavailable('EventStoreDB')) } as unknown as EventLog;
    const signal = new AbortController().signal;
    const running = dispatcherOf({ eventLog }).dispatcher.run(signal);
    await expect(running).rejects.toBeInstanceOf(EngineUnavailable);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the dispatcher and events that cannot be opened', () => {
  it('T2, rule 13: reads a program again when one of its events cannot be opened', async () => {
    const unopened = (stream: string): Unopened =>
      new Unopened('KeyMissing', { stream, revision: 1, position: '1', programId: 'p1' });
    const heard = Promise.withResolvers<void>();
    const eventLog = {
      head: () => Promise.resolve(null),
      async *follow() {
        yield await Promise.resolve({
          events: [],
          all: ['program-p1', 'hold-p2'].map(unopened),
          position: '1',
        });
        heard.resolve();
      },
    } as unknown as EventLog;
    const forgotten: string[] = [];
    const stop = new AbortController();
    const deliveries = { nextQueue: () => Promise.resolve(null) } as unknown as DeliveryQueries;
    const roads = { clear: () => undefined, forget: (id: string) => void forgotten.push(id) } as unknown as Roads;
    const running = dispatcherOf({ eventLog, deliveries, roads }).dispatcher.run(stop.signal);
    await heard.promise;
    stop.abort();
    await running;
    expect(forgotten).toEqual(['p1', 'p2']);
  });
});

describe('the dispatcher over a long time', () => {
  const ROUNDS = 200_000;
  const WARM_UP = 20_000;
  /** Far less than the 330 bytes per round that a race against a pending promise would leak. */
  const LEAK_BYTES_PER_ROUND = 20;

  it('T2: holds no more memory, timers or listeners after 200,000 rounds', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const stop = new AbortController();
    const heaps: number[] = [];
    const timers: number[] = [];
    let rounds = 0;
    const look = Promise.withResolvers<void>();
    const eventLog = {
      head: () => Promise.resolve(null),
      // Each batch wakes the loop, which finds nothing to send and waits again.
      async *follow({ signal }: { signal: AbortSignal }) {
        while (!signal.aborted) {
          yield { events: [], all: [], position: '1' };
          if ((rounds += 1) === WARM_UP || rounds === WARM_UP + ROUNDS) {
            collect();
            heaps.push(process.memoryUsage().heapUsed);
            timers.push(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length);
          }
          if (rounds > WARM_UP + ROUNDS) return look.resolve();
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    } as unknown as EventLog;
    const deliveries = { nextQueue: () => Promise.resolve(null) } as unknown as DeliveryQueries;
    // The clock is read at least once per round.
    let asked = 0;
    const clock: Clock = {
      now: () => {
        asked += 1;
        return Date.now();
      },
    };
    const roads = { clear: () => undefined } as unknown as Roads;
    const { dispatcher } = dispatcherOf({ eventLog, deliveries, roads, clock });
    const running = dispatcher.run(stop.signal);
    await look.promise;
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort();
    await running;
    expect(asked).toBeGreaterThan(ROUNDS);
    const [before = 0, after = 0] = heaps;
    expect((after - before) / ROUNDS).toBeLessThan(LEAK_BYTES_PER_ROUND);
    expect(timers[1]).toBeLessThanOrEqual((timers[0] ?? 0) + 1);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  }, 60_000);
});
