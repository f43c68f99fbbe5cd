import { EventStore, type Engines } from '@app/eventing';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { NotifierBench, until } from './notifier-bench.fixture.js';

/** An event store whose reads of the first delivery are slow. */
function slowFirstDelivery(engines: Engines): Engines {
  const { eventStore } = engines;
  let first: string | null = null;
  const read: EventStore['read'] = async (stream, from, limit) => {
    if (stream.startsWith('delivery-')) {
      first ??= stream;
      if (stream === first) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return eventStore.read(stream, from, limit);
  };
  const slow = Object.assign(Object.create(eventStore) as EventStore, {
    read,
    append: eventStore.append.bind(eventStore),
    subscribe: eventStore.subscribe.bind(eventStore),
    head: eventStore.head.bind(eventStore),
  });
  return { ...engines, eventStore: slow };
}

it('M1, N3: texts of one conversation that only the sweep publishes are sent in order', async () => {
  const bench = await NotifierBench.open({
    engines: slowFirstDelivery,
    apps: [ProjectorModule],
    environment: { UNDELIVERED_AFTER_MS: '1500' },
  });
  try {
    const { programId } = await bench.program('p');
    const { conversationId } = await bench.conversation(programId);
    await bench.write(programId, conversationId, 'one');
    await bench.write(programId, conversationId, 'two');
    await until(() => bench.texts.length === 2, 'both are sent');
    expect(bench.texts).toEqual(['one', 'two']);
  } finally {
    await bench.close();
  }
}, 60_000);
