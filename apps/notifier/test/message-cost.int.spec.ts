import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStoreDbDouble, type EventStoreDbDouble } from '@app/emulators/eventstoredb';
import { openEventStoreDb } from '@app/adapters/eventstoredb';
import { AutomationModule } from '../../automation/src/automation.module.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';
import { NotifierBench, until } from './notifier-bench.fixture.js';

/**
 * Calls to the event store for a message and everything that follows, in one process, to a contact who got messages
 * before.
 */
describe('calls to the record for each message', () => {
  let folder: string;
  let double: EventStoreDbDouble;
  let bench: NotifierBench;
  let programId: string;
  let withEmail: string;
  let withoutEmail: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'esdb-'));
    double = await startEventStoreDbDouble({ folder });
    const { eventStore, close } = openEventStoreDb(double);
    bench = await NotifierBench.open({
      apps: [ProjectorModule, PublisherModule, AutomationModule],
      // Without the server's clock, which is not read for each message.
      engines: (engines) => ({
        ...engines,
        eventStore,
        close: async () => void (await Promise.all([engines.close(), close()])),
      }),
    });
    ({ programId } = await bench.program('acme'));
    withEmail = (await bench.conversation(programId)).conversationId;
    withoutEmail = (await bench.conversation(programId, undefined, false)).conversationId;
    await callsOf(
      [
        [withoutEmail, 'in-app'],
        [withEmail, 'in-app'],
        [withEmail, 'sms'],
      ],
      { DeliveryAccepted: 2, AddressTexted: 1 },
    );
  }, 60_000);

  afterAll(async () => {
    await bench?.close();
    await double?.close();
    await rm(folder, { recursive: true });
  });

  const countOf = async (type: string): Promise<number> =>
    (await bench.recorded('delivery', 'address')).filter((event) => (event.type as string) === type).length;

  /** Calls for messages, until every event that follows is stored. */
  async function callsOf(
    messages: readonly (readonly [conversationId: string, 'in-app' | 'sms'])[],
    follows: Readonly<Record<string, number>>,
  ): Promise<{ reads: number; appends: number }> {
    const { readOfStream, append } = { ...double.counts };
    const before = await Promise.all(Object.keys(follows).map(countOf));
    for (const [conversationId, channel] of messages) await bench.write(programId, conversationId, 'Hello', channel);
    await until(
      async () =>
        (await Promise.all(Object.keys(follows).map(countOf))).every(
          (count, at) => count === (before[at] ?? 0) + (Object.values(follows)[at] ?? 0),
        ),
      'everything that follows',
    );
    return { reads: double.counts.readOfStream - readOfStream, appends: double.counts.append - append };
  }

  /** The least of several runs: work left from earlier messages may fall into a run, and only adds to it. */
  async function leastCallsOf(...asked: Parameters<typeof callsOf>): ReturnType<typeof callsOf> {
    let least = await callsOf(...asked);
    for (let time = 1; time < 5; time += 1) {
      const { reads, appends } = await callsOf(...asked);
      least = { reads: Math.min(least.reads, reads), appends: Math.min(least.appends, appends) };
    }
    return least;
  }

  it('N1: in the app, with an email: contact and program are read, and message and request are appended; the email reads four streams and appends its claim and outcome', async () => {
    expect(await leastCallsOf([[withEmail, 'in-app']], { DeliveryAccepted: 1 })).toEqual({
      reads: 2 + 4,
      appends: 2 + 2,
    });
  });

  it('N1: in the app, without an email: contact and program are read, the message is appended, and nothing else', async () => {
    // The last message shows that the earlier ones were handled.
    expect(
      await leastCallsOf(
        [
          [withoutEmail, 'in-app'],
          [withoutEmail, 'in-app'],
          [withoutEmail, 'in-app'],
          [withEmail, 'in-app'],
        ],
        { DeliveryAccepted: 1 },
      ),
    ).toEqual({ reads: 3 * 2 + 6, appends: 3 + 4 });
  });

  it('M7, K9: a text reads contact, program, consent and limit when it is written, program, consent and hold before its claim, and program and consent again after it', async () => {
    expect(await leastCallsOf([[withEmail, 'sms']], { DeliveryAccepted: 1, AddressTexted: 1 })).toEqual({
      reads: 9,
      appends: 5,
    });
  });
});
