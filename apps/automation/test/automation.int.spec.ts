import { Automation, HandleContact, ids, KeyMustWait, type ContactIntent } from '@app/application';
import type { Engines, EventStore } from '@app/eventing';
import { NotifierBench, until } from '../../notifier/test/notifier-bench.fixture.js';
import { AutomationModule } from '../src/automation.module.js';

class MustWait extends KeyMustWait {
  override readonly name = 'MustWait';
}

it('rule 13: no event is handled after a parked one of its stream, even in the same batch', async () => {
  const contactId = crypto.randomUUID();
  const [failed, begun, goesOn] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  let parkedId = '';
  let looks = 0;
  /** The second reading of the parked list sees the state before the first event failed, and returns after it. */
  const withSlowLook = (engines: Engines): Engines => {
    const { eventStore } = engines;
    const read: EventStore['read'] = async (stream, from, limit) => {
      const events = await eventStore.read(stream, from, limit);
      if (stream === `parked-${parkedId}` && (looks += 1) === 2) await failed.promise;
      return events;
    };
    const others = {
      append: eventStore.append.bind(eventStore),
      subscribe: eventStore.subscribe.bind(eventStore),
      head: eventStore.head.bind(eventStore),
    };
    return { ...engines, eventStore: Object.assign(Object.create(eventStore) as EventStore, { read, ...others }) };
  };
  const bench = await NotifierBench.open({ notifies: false, apps: [AutomationModule], engines: withSlowLook });
  try {
    const { programId } = await bench.program('acme');
    parkedId = ids.parked(programId, 'automation', `contact-${contactId}`);
    const handled: number[] = [];
    const seenTo = async (): Promise<number> => handled.length + (await bench.recorded('parked')).length;
    bench.app.get(Automation).react = async ({ stream, revision }) => {
      if (stream !== `contact-${contactId}`) {
        begun.resolve();
        await goesOn.promise;
      } else if (revision === 0) {
        failed.resolve();
        throw new MustWait();
      } else handled.push(revision);
    };
    const say = (intent: ContactIntent): Promise<unknown> =>
      bench.execute(new HandleContact(contactId, intent, bench.context(programId)));
    const details = {
      externalId: null,
      name: 'Rita',
      phones: [],
      emails: [],
      contactType: 'referrer',
      registered: true,
      active: true,
    } as const;

    await bench.conversation(programId);
    await begun.promise;
    await say({ type: 'CreateContact', data: details });
    await say({ type: 'ChangeContact', data: { changes: { name: 'Rita R.' } } });
    goesOn.resolve();
    await until(async () => (await seenTo()) >= 2, 'both are seen to');
    await say({ type: 'ChangeContact', data: { changes: { name: 'Rita S.' } } });
    await until(async () => (await seenTo()) >= 3, 'the third is seen to');
    expect(handled).toEqual([]);
  } finally {
    await bench.close();
  }
});
