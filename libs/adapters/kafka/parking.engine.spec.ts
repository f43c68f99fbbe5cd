import type { Command, CommandBus } from '@nestjs/cqrs';
import { HandleParked, ids, Lookups, NaturalKeys, Parking, systemContext, type ParkingWorker } from '@app/application';
import { eventTypes, subjectHomes, upcasters } from '@app/domain';
import { Aggregates, EventCodec, handleCommand, EventLog, inOrderPerKey, type ConsumedMessage } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { parkedAggregate } from '@app/domain/parked';
import { requestAggregate } from '@app/domain/request';
import { consume, newTopic, uniqueName } from '@app/testing/contracts';
import { TemporaryFolder } from '@app/testing/embedded';
import { givenBrokers, openTopics } from './kafka.fixture.js';

type Item = { readonly key: string; readonly stream: string };

const programId = 'program-1';
const folder = new TemporaryFolder();
const kafka = openTopics(givenBrokers());
let aggregates: Aggregates;
let eventLog: EventLog;
let lookups: Lookups;
let parking: Parking;
const parkedId = ids.parked(programId, 'worker', 'a');

beforeAll(async () => {
  const { eventStore, keyring, snapshots } = await folder.open();
  eventLog = new EventLog(eventStore, new EventCodec(eventTypes, keyring, upcasters), subjectHomes);
  aggregates = new Aggregates(eventLog, keyring, snapshots);
  lookups = new Lookups(aggregates, new NaturalKeys(keyring, eventLog));
  parking = new Parking(
    { execute: (command: Command<unknown>) => park(command as HandleParked) } as unknown as CommandBus,
    eventLog,
    lookups,
  );
});
afterAll(async () => {
  await kafka.close();
  await folder.remove();
});

const park = ({ id, intent, context }: HandleParked): Promise<unknown> =>
  handleCommand(aggregates, { aggregate: parkedAggregate, id, intent, context, prepare: (intent) => intent });

async function happened(name: string): Promise<Item> {
  const stream = `request-${name}`;
  await handleCommand(aggregates, {
    aggregate: requestAggregate,
    id: name,
    intent: { type: 'TakeRequest', data: { kind: name, body: {} } },
    context: systemContext(programId, 'spec'),
    prepare: (intent) => intent,
  });
  return { key: name.charAt(0), stream };
}

test('rule 13: a key that cannot be handled is parked with its later messages, the partition continues, and a replay catches up', async () => {
  const topic = await newTopic(kafka.topics);
  const group = uniqueName('group');
  const handled: string[] = [];
  let isBroken = true;
  const worker: ParkingWorker<Item> = {
    name: 'worker',
    keyOf: ({ key }) => key,
    sourceOf: ({ stream }) => ({ programId, stream, revision: 0 }),
    read: ({ stream }: Recorded<Message>) => ({ key: stream.slice('request-'.length).charAt(0), stream }),
    handle: async ({ stream }) => {
      if (isBroken && stream === 'request-a1') throw new TypeError('broken');
      handled.push(stream.slice('request-'.length));
    },
    onParked: () => undefined,
  };
  const take = (messages: readonly ConsumedMessage[]): Promise<void> =>
    inOrderPerKey(
      messages,
      ({ key }) => [key],
      ({ key, value }) => parking.handle(worker, { key, stream: String(value['stream']) }),
    );
  const items = await Promise.all(['a1', 'b1', 'a2', 'b2', 'a3'].map(happened));
  await kafka.topics.publish(
    topic,
    items.map(({ key, stream }) => ({ key, value: { stream } })),
  );

  const stop = new AbortController();
  await kafka.topics.consume({
    topics: [topic],
    group,
    signal: stop.signal,
    handle: async (messages) => {
      await take(messages);
      if (handled.length === 2 && (await lookups.parked(programId, parkedId))?.waiting.length === 3) stop.abort();
    },
  });
  expect(handled).toEqual(['b1', 'b2']);

  // The offsets of parked messages are committed: only new messages arrive.
  await kafka.topics.publish(topic, [{ key: 'c', value: { stream: (await happened('c1')).stream } }]);
  expect((await consume(kafka.topics, [topic], group, 1)).map(({ key }) => key)).toEqual(['c']);

  isBroken = false;
  await park(
    new HandleParked(
      parkedId,
      { type: 'RequestReplay', data: { worker: 'worker', key: 'a' } },
      systemContext(programId, 'spec'),
    ),
  );
  const events = [];
  for await (const event of eventLog.read(`parked-${parkedId}`)) events.push(event);
  await parking.replays(worker).handle(events);
  expect(handled).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
});
