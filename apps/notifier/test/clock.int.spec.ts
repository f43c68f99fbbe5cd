import { Checkpoints, Clock, EngineClock, EventLog, RecordCheck, type Bounds, type Engines } from '@app/eventing';
import { HealthController, problemOf, Readiness } from '@app/platform';
import { NotifierBench, until } from './notifier-bench.fixture.js';

const HOUR_MS = 3_600_000;

class Ours extends Clock {
  wrongBy = 0;
  now(): number {
    return Date.now() + this.wrongBy;
  }
}

/** An engine's clock that is right, once it is known. */
class Server extends EngineClock {
  override readonly engine = 'EventStoreDB';
  isKnown = true;
  atZero(): Promise<Bounds | null> {
    const atZero = Date.now() - performance.now();
    return Promise.resolve(this.isKnown ? { least: atZero, most: atZero } : null);
  }
}

let clock: Ours;
let server: Server;
let bench: NotifierBench;
let onClaim: () => void;

beforeEach(async () => {
  [clock, server, onClaim] = [new Ours(), new Server(), () => undefined];
  bench = await NotifierBench.open({ clock, engines: (engines) => ({ ...noticingClaims(engines), clocks: [server] }) });
});
afterEach(() => bench.close());

function noticingClaims(engines: Engines): Engines {
  const { eventStore } = engines;
  const append = eventStore.append.bind(eventStore);
  eventStore.append = async (stream, expected, events) => {
    const result = await append(stream, expected, events);
    if (events.some(({ type }) => type.startsWith('DeliveryClaimed'))) onClaim();
    return result;
  };
  return engines;
}

const types = (): Promise<string[]> => bench.deliveryEvents();
const count = async (type: string): Promise<number> => (await types()).filter((one) => one === type).length;

/** A text and an email. */
async function write(): Promise<void> {
  const { programId } = await bench.program('one');
  const { conversationId } = await bench.conversation(programId);
  await bench.write(programId, conversationId, 'Hello');
  await bench.write(programId, conversationId, 'Hello', 'in-app');
}

function ready(): Promise<unknown> {
  const { app } = bench;
  return new HealthController(
    app.get(EventLog),
    app.get(Checkpoints),
    app.get(Readiness),
    app.get(RecordCheck),
  ).ready();
}

it.each([7_000, -7_000, 100 * HOUR_MS, -100 * HOUR_MS])(
  'T7, rule 11: while the clock is %i ms wrong nothing is sent or dropped, and the process is not ready; afterwards it continues',
  async (wrongBy) => {
    clock.wrongBy = wrongBy;
    await write();
    await until(async () => (await count('DeliveryRequested')) === 2, 'both are requested');
    const error = await ready().catch((reason: unknown) => reason);
    const seems = Math.abs(wrongBy) / 1_000;
    expect(problemOf(error)).toMatchObject({
      status: 503,
      code: 'NotReady',
      detail: expect.stringMatching(
        new RegExp(
          `is (${seems}000|${seems}001|${seems - 1}999) ms ${wrongBy > 0 ? 'ahead of' : 'behind'} that of EventStoreDB`,
        ),
      ),
    });
    expect([bench.texts, bench.emails, await types()]).toEqual([[], [], ['DeliveryRequested', 'DeliveryRequested']]);

    clock.wrongBy = 0;
    await until(async () => (await count('DeliveryAccepted')) === 2, 'both are sent');
    expect([bench.texts.length, bench.emails.length]).toEqual([1, 1]);
    expect(await ready()).toEqual({ status: 'ready' });
  },
  30_000,
);

it('T7, rule 11: a wrong clock that only the claim’s append shows prevents the call, and the text is due when the clock is right', async () => {
  server.isKnown = false;
  onClaim = () => (server.isKnown = true);
  clock.wrongBy = 2 * HOUR_MS;
  await write();
  await until(async () => (await count('DeliveryReleased')) > 0, 'a claim is released');
  expect([bench.texts, bench.emails]).toEqual([[], []]);

  clock.wrongBy = 0;
  await until(async () => (await count('DeliveryAccepted')) === 2, 'both are sent');
  expect([bench.texts.length, bench.emails.length]).toEqual([1, 1]);
}, 30_000);

it('T7, rule 11: a clock that is set between claim and call prevents the call', async () => {
  onClaim = () => (clock.wrongBy = -HOUR_MS);
  await write();
  await until(async () => (await count('DeliveryReleased')) > 0, 'a claim is released');
  expect([bench.texts, bench.emails]).toEqual([[], []]);
}, 30_000);
