import { HandleConversation } from '@app/application';
import { Checkpoints, TopicLog, type Clock, type EngineClock, type Engines, type TopicMessage } from '@app/eventing';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { NotifierBench, until } from './notifier-bench.fixture.js';
import { SWEEP } from '../src/requests/sweep-progress.js';

const environment = { UNDELIVERED_AFTER_MS: '100' };

let bench: NotifierBench;
let published: TopicMessage[];
beforeEach(() => (published = []));
afterEach(() => bench.close());

const count = async (type: string): Promise<number> =>
  (await bench.deliveryEvents()).filter((one) => one === type).length;

/** A topic that may lose what is published. */
function losing(
  loses: (message: TopicMessage, known: readonly TopicMessage[]) => boolean,
): (engines: Engines) => Engines {
  return (engines) => {
    const { topics } = engines;
    const publish: TopicLog['publish'] = async (topic, messages) => {
      const kept = messages.filter((message) => !loses(message, published));
      published.push(...messages);
      await topics.publish(topic, kept);
    };
    const lossy = Object.assign(Object.create(TopicLog.prototype) as TopicLog, {
      publish,
      prepare: topics.prepare.bind(topics),
      consume: topics.consume.bind(topics),
    });
    return { ...engines, topics: lossy };
  };
}

const isKnown = ({ value }: TopicMessage, known: readonly TopicMessage[]): boolean =>
  known.some((other) => other.value['id'] === value['id']);
const losesFirst = losing((message, known) => !isKnown(message, known));
const copiesOf = (id: unknown): TopicMessage[] => published.filter(({ value }) => value['id'] === id);

it('N2, N3: messages that the topic has lost are republished unchanged, and sent once', async () => {
  bench = await NotifierBench.open({ environment, engines: losesFirst });
  const { programId } = await bench.program('acme');
  await bench.member(programId, 'olivia');
  await bench.textTo(programId, 'secret text');
  const { conversationId } = await bench.conversation(programId);
  await bench.write(programId, conversationId, 'secret word', 'in-app');
  const message = {
    channel: 'in-app',
    text: 'secret answer',
    acceptedPosition: null,
    providerMessageId: null,
  } as const;
  const { conversationId: other } = await bench.conversation(programId);
  await bench.execute(
    new HandleConversation(other, { type: 'ReceiveMessage', data: message }, bench.context(programId)),
  );
  await until(async () => (await count('DeliveryAccepted')) === 3, 'all three are sent');

  expect(bench.texts).toEqual(['secret text']);
  expect(bench.emails.toSorted()).toEqual([
    'olivia@staff.example',
    expect.stringMatching(/^person-\d+@mail\.example$/),
  ]);
  expect(await count('DeliveryRequested')).toBe(3);
  expect((await bench.recorded('notification')).map(({ type }) => type)).toEqual(['NotificationDecided']);
  const lost = published.filter(({ value }) => String(value['type']).startsWith('message.'));
  expect(new Set(lost.map(({ value }) => value['id'])).size).toBe(3);
  for (const { value } of lost) for (const copy of copiesOf(value['id'])) expect(copy.value).toEqual(value);
  expect(JSON.stringify(published)).not.toContain('secret');
});

it('N3: a message with a delivery is not republished', async () => {
  const engines = losing(() => false);
  bench = await NotifierBench.open({ engines });
  const { programId } = await bench.program('acme');
  await bench.member(programId, 'olivia');
  for (let n = 0; n < 5; n += 1) await bench.textTo(programId, `text ${n}`);
  const { conversationId } = await bench.conversation(programId);
  await bench.write(programId, conversationId, 'in the app', 'in-app');
  await until(async () => (await count('DeliveryAccepted')) === 6, 'all are sent');
  await bench.stop();
  await bench.start({ environment, engines });
  const head = (await bench.recorded('conversation')).at(-1)?.position ?? '';
  await until(async () => ((await bench.app.get(Checkpoints).get(SWEEP)) ?? '') >= head, 'all were checked');
  for (const { value } of published) expect(copiesOf(value['id'])).toHaveLength(1);
});

it('N3: a message that is lost repeatedly is republished until it has its delivery', async () => {
  const LOST = 3;
  bench = await NotifierBench.open({
    environment,
    engines: losing((message, known) => known.filter(({ value }) => value['id'] === message.value['id']).length < LOST),
  });
  const { programId } = await bench.program('acme');
  await bench.textTo(programId, 'text');
  await until(async () => (await count('DeliveryAccepted')) === 1, 'it is sent');
  const sent = published.find(({ value }) => value['type'] === 'message.sent');
  expect(copiesOf(sent?.value['id']).length).toBeGreaterThan(LOST);
  expect(bench.texts).toEqual(['text']);
});

it('N3: after a kill between publishing and the checkpoint nothing is sent twice, and nothing is lost', async () => {
  // Only the sweep publishes.
  const options = { environment, apps: [ProjectorModule] };
  let failures = 0;
  bench = await NotifierBench.open({
    ...options,
    engines: (engines) => {
      const { checkpoints } = engines;
      const set: Checkpoints['set'] = (name, from, to) => {
        if (name !== SWEEP) return checkpoints.set(name, from, to);
        failures += 1;
        return Promise.reject(new Error('ended here'));
      };
      const failing = Object.assign(Object.create(Checkpoints.prototype) as Checkpoints, {
        set,
        all: checkpoints.all.bind(checkpoints),
        get: checkpoints.get.bind(checkpoints),
        pass: checkpoints.pass.bind(checkpoints),
        waitFor: checkpoints.waitFor.bind(checkpoints),
      });
      return { ...engines, checkpoints: failing };
    },
  });
  const { programId } = await bench.program('acme');
  for (let n = 0; n < 3; n += 1) await bench.textTo(programId, `text ${n}`);
  await until(
    async () => failures >= 3 && (await count('DeliveryAccepted')) === 3,
    'all are sent, and no checkpoint was saved',
  );
  await bench.stop();
  await bench.start(options);
  await bench.textTo(programId, 'text 3');
  await until(async () => (await count('DeliveryAccepted')) === 4, 'the next one is sent');
  expect(bench.texts.toSorted()).toEqual(['text 0', 'text 1', 'text 2', 'text 3']);
  expect(await count('DeliveryRequested')).toBe(4);
});

it('N3, T7: nothing is republished while the clock is wrong; lost messages are when it is right', async () => {
  let wrongBy = 3_600_000;
  let asked = 0;
  const clock: Clock = { now: () => ((asked += 1), Date.now() + wrongBy) };
  const right = (): Promise<{ least: number; most: number }> =>
    Promise.resolve({ least: Date.now() - performance.now(), most: Date.now() - performance.now() });
  const server: EngineClock = { engine: 'MongoDB', atZero: right };
  bench = await NotifierBench.open({
    environment,
    clock,
    engines: (engines) => ({ ...losesFirst(engines), clocks: [server] }),
  });
  const { programId } = await bench.program('acme');
  await bench.textTo(programId, 'text');
  await until(() => published.some(({ value }) => value['type'] === 'message.sent'), 'it is published and lost');
  const before = asked;
  await until(() => asked > before + 100, 'the clock was read many times');
  const sent = published.find(({ value }) => value['type'] === 'message.sent');
  expect(copiesOf(sent?.value['id'])).toHaveLength(1);
  wrongBy = 0;
  await until(async () => (await count('DeliveryAccepted')) === 1, 'it is sent');
});
