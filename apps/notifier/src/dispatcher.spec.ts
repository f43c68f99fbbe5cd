import { EngineUnavailable, SystemClock, type Journal } from '@app/eventing';
import type { DeliveryQueries } from '@app/read-models';
import { Dispatcher } from './dispatcher.js';

describe('the dispatcher, engines away', () => {
  it('ends its run, and not the process, when the record fails before the read model has answered', async () => {
    const answer = Promise.withResolvers<never>();
    const journal = { head: () => Promise.reject(new EngineUnavailable('EventStoreDB')) } as unknown as Journal;
    const deliveries = { inState: () => answer.promise } as unknown as DeliveryQueries;
    const none = {} as never;
    const dispatcher = new Dispatcher(journal, none, none, deliveries, none, new SystemClock());
    const running = dispatcher.run(new AbortController().signal);
    // A rejection that nobody handles fails the test, as it would end the process.
    for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate);
    answer.reject(new EngineUnavailable('MongoDB'));
    await expect(running).rejects.toBeInstanceOf(EngineUnavailable);
  });
});
