import { EngineUnavailable, type Engines, type StoredEvent } from '@app/eventing';
import { failingRecord, NotifierBench, until } from './notifier-bench.fixture.js';

const CLAIM_TIMEOUT_MS = '1000';
const environment = { CLAIM_TIMEOUT_MS, TWILIO_TIMEOUT_MS: '100' };
const away = new EngineUnavailable('EventStoreDB');
const isA = (events: readonly StoredEvent[], type: string): boolean =>
  events.some((event) => event.type.startsWith(`${type}.`));

let bench: NotifierBench;
afterEach(() => bench.close());

async function oneText(engines: (engines: Engines) => Engines): Promise<void> {
  bench = await NotifierBench.open({ environment, engines });
  const { programId } = await bench.program('acme');
  const { conversationId } = await bench.conversation(programId);
  await bench.write(programId, conversationId, 'Hello');
}

/** Fails the first read of consent after a claim: exactly between the claim and the call. */
function failingAfterClaim(
  engines: Engines,
  times: number,
  alsoFails: (events: readonly StoredEvent[]) => boolean = () => false,
): Engines {
  let claimed = false;
  const failing = failingRecord(engines, (events, when) => {
    if (when === 'after' && isA(events, 'DeliveryClaimed')) claimed = true;
    return when === 'before' && alsoFails(events) ? away : null;
  });
  let left = times;
  const read = engines.eventStore.read.bind(engines.eventStore);
  Object.assign(failing.eventStore, {
    read: (stream: string, from: number, limit: number) => {
      if (claimed && left > 0 && stream.startsWith('consent-')) {
        left -= 1;
        return Promise.reject(away);
      }
      return read(stream, from, limit);
    },
  });
  return failing;
}

it('T2: a claim is released when an engine fails between claim and call, since the provider was not called', async () => {
  await oneText((engines) => failingAfterClaim(engines, 1));
  await until(async () => (await bench.deliveryEvents()).length >= 3);
  expect((await bench.deliveryEvents()).slice(0, 3)).toEqual([
    'DeliveryRequested',
    'DeliveryClaimed',
    'DeliveryReleased',
  ]);
  expect(bench.texts).toEqual([]);
});

it('T2: a release that cannot be written is repeated until it is', async () => {
  let refused = 0;
  await oneText((engines) =>
    failingAfterClaim(engines, 1, (events) => isA(events, 'DeliveryReleased') && (refused += 1) <= 3),
  );
  await until(async () => (await bench.deliveryEvents()).length >= 3);
  expect((await bench.deliveryEvents()).slice(0, 3)).toEqual([
    'DeliveryRequested',
    'DeliveryClaimed',
    'DeliveryReleased',
  ]);
  expect(refused).toBeGreaterThan(3);
  expect(bench.texts).toEqual([]);
});

it('T2: a claim whose response was lost is recognized as its own, and the text is sent once', async () => {
  let lost = 0;
  await oneText((engines) =>
    failingRecord(engines, (events, when) =>
      when === 'after' && isA(events, 'DeliveryClaimed') && (lost += 1) === 1 ? away : null,
    ),
  );
  await until(async () => (await bench.deliveryEvents()).includes('DeliveryAccepted'));
  expect(await bench.deliveryEvents()).toEqual(['DeliveryRequested', 'DeliveryClaimed', 'DeliveryAccepted']);
  expect(bench.texts).toEqual(['Hello']);
});

it('T2: an outcome that cannot be written is repeated until it is', async () => {
  let refused = 0;
  await oneText((engines) =>
    failingRecord(engines, (events, when) =>
      when === 'before' && isA(events, 'DeliveryAccepted') && (refused += 1) <= 2 ? away : null,
    ),
  );
  await until(async () => (await bench.deliveryEvents()).length >= 3);
  expect(await bench.deliveryEvents()).toEqual(['DeliveryRequested', 'DeliveryClaimed', 'DeliveryAccepted']);
  expect(bench.texts).toEqual(['Hello']);
});
