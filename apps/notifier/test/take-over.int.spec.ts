import { HandleParked, ids, Lookups } from '@app/application';
import { Leadership, TopicLog, type Consumer, type Engines, type Work } from '@app/eventing';
import type { Message } from '@app/kernel';
import { BEHIND_PARKED, type ParkedCommand } from '@app/domain/parked';
import { PUBLISHER } from '@app/public-events';
import { AutomationModule } from '../../automation/src/automation.module.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';
import { NOTIFIER } from '../src/requests/parking-key.js';
import { NotifierBench, until } from './notifier-bench.fixture.js';

/** A leadership that the test takes away, and that the process gets back at once. */
class Changing extends Leadership {
  readonly starts = new Map<string, number>();
  private readonly losing = new Map<string, AbortController>();

  async lead(name: string, work: Work, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const lost = new AbortController();
      this.losing.set(name, lost);
      this.starts.set(name, (this.starts.get(name) ?? 0) + 1);
      await work(AbortSignal.any([signal, lost.signal]));
    }
  }

  lose(name: string): void {
    this.losing.get(name)?.abort();
  }
}

let bench: NotifierBench;
let leadership: Changing;
let consumer: Consumer | undefined;

beforeEach(async () => {
  leadership = new Changing();
  const engines = (given: Engines): Engines => {
    const { topics } = given;
    const consume: TopicLog['consume'] = (asked) => topics.consume((consumer = asked));
    const watched = Object.assign(Object.create(topics) as TopicLog, {
      consume,
      prepare: topics.prepare.bind(topics),
      publish: topics.publish.bind(topics),
    });
    return { ...given, leadership, topics: watched };
  };
  bench = await NotifierBench.open({ apps: [ProjectorModule, PublisherModule, AutomationModule], engines });
});
afterEach(() => bench.close());

const newLead = async (worker: string): Promise<void> => {
  const before = leadership.starts.get(worker) ?? 0;
  leadership.lose(worker);
  await until(() => leadership.starts.get(worker) === before + 1, 'the new lead');
};
const newAssignment = (): Promise<void> => Promise.resolve(consumer?.onAssignment?.(() => true));

type Event = Message<string, { readonly worker?: string; readonly cause?: string }>;
const countOf = async (category: string, isIt: (event: Event) => boolean): Promise<number> =>
  (await bench.recorded<Event>(category)).filter(isIt).length;
const textsSent = (): Promise<number> => Promise.resolve(bench.texts.length);
const textsNoted = (): Promise<number> => countOf('address', ({ type }) => type === 'AddressTexted');

it.each([
  [NOTIFIER, newAssignment, (conversationId: string) => conversationId, textsSent],
  [PUBLISHER, () => newLead(PUBLISHER), (conversationId: string) => `conversation-${conversationId}`, textsSent],
  ['automation', () => newLead('automation'), (_: string, addressId: string) => addressId, textsNoted],
] as const)(
  'rule 13: what another process has parked keeps back what comes after the key was taken over: %s',
  async (worker, takeOver, keyOf, handled) => {
    const { programId } = await bench.program('acme');
    const { conversationId, contactId } = await bench.conversation(programId);
    const [addressId = ''] = (await bench.app.get(Lookups).contact(programId, contactId)).addressIds;
    const key = keyOf(conversationId, addressId);
    const parkedMessage = { worker, key, source: { stream: 'elsewhere-1', revision: 0 } };
    const elsewhere = (wish: ParkedCommand): Promise<unknown> =>
      bench.execute(new HandleParked(ids.parked(programId, worker, key), wish, bench.context(programId)));
    const parkElsewhere = (): Promise<unknown> =>
      elsewhere({ type: 'ParkMessage', data: { ...parkedMessage, cause: 'Boom' } });

    // The publisher reads the list only for keys with earlier parked messages.
    await parkElsewhere();
    await elsewhere({ type: 'FinishParked', data: parkedMessage });
    await takeOver();
    await bench.write(programId, conversationId, 'First');
    await until(async () => (await textsSent()) === 1 && (await textsNoted()) === 1, 'the first is handled');
    await parkElsewhere();
    await takeOver();
    await bench.write(programId, conversationId, 'Second');
    const behind = (): Promise<number> =>
      countOf(
        'parked',
        ({ type, data }) => type === 'MessageParked' && data.worker === worker && data.cause === BEHIND_PARKED,
      );
    await until(async () => (await behind()) + (await handled()) === 2, 'the second is handled');
    expect(await handled()).toBe(1);
  },
);
