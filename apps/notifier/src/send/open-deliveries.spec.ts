import type { Lookups } from '@app/application';
import type { Progress } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import type { DeliveryEvent } from '@app/domain/delivery';
import { deliveriesProjection, type DeliveryQueries, type DeliveryRow } from '@app/read-models';
import { samples } from '@app/testing';
import { OpenDeliveries } from './open-deliveries.js';

let count = 0;
const event = (fact: Pick<DeliveryEvent, 'type' | 'data'>, id: string): Recorded<DeliveryEvent> =>
  ({
    ...fact,
    aggregateId: id,
    position: String((count += 1)).padStart(5, '0'),
    metadata: { programId: 'p' },
  }) as Recorded<DeliveryEvent>;
const requested = (id: string, conversationId = 'c'): Recorded<DeliveryEvent> => {
  const data = { ...samples.DeliveryRequested, deliveryId: id, conversationId } as const;
  return event({ type: 'DeliveryRequested', data }, id);
};
const rowOf = (request: Recorded<DeliveryEvent>): DeliveryRow =>
  deliveriesProjection.evolve(null, request, request.aggregateId) as DeliveryRow;
const KEY = rowOf(requested('any')).orderingKey;

/** The read model shows these, or more than may be read (`null`). */
let stored: DeliveryRow[] | null;
let isReached: boolean;
let open: OpenDeliveries;

beforeEach(async () => {
  [stored, isReached] = [[], true];
  open = new OpenDeliveries(
    { allOpen: () => Promise.resolve(stored) } as unknown as DeliveryQueries,
    { waitFor: () => Promise.resolve(isReached) } as unknown as Progress,
    { noteRequested: () => undefined } as unknown as Lookups,
  );
  open.begin('0');
  open.assign((conversationId) => conversationId === 'c');
  await open.complete();
});

const known = (): readonly string[] | null => open.of(KEY)?.map(({ id }) => id) ?? null;

it('T2, M7: knows what was open before and what was requested since, in order, until it is finished', async () => {
  open.begin('0');
  const [first, second] = [requested('first'), requested('second')];
  open.note(second);
  stored = [rowOf(first)];
  expect(known()).toBeNull();
  await open.complete();
  expect(known()).toEqual(['first', 'second']);
  expect(open.isFinished(rowOf(first))).toBe(false);
  open.finish(rowOf(first));
  expect(known()).toEqual(['second']);
  expect(open.isFinished(rowOf(first))).toBe(true);
});

it('T2: knows nothing until the read model shows the events from before', async () => {
  open.begin('9');
  isReached = false;
  await open.complete();
  expect(known()).toBeNull();
  expect(open.note(requested('early'))).toBeNull();
  isReached = true;
  await open.complete();
  expect(known()).toEqual(['early']);
});

it('T2: knows nothing while more are open than it reads', async () => {
  stored = null;
  open.begin('0');
  await open.complete();
  expect(known()).toBeNull();
  expect(open.isFinished(rowOf(requested('other')))).toBe(false);
});

it('T2: reads again after an assignment, and leaves out conversations of other processes', async () => {
  open.note(requested('mine'));
  open.assign((conversationId) => conversationId === 'mine');
  expect(known()).toBeNull();
  stored = [rowOf(requested('theirs'))];
  await open.complete();
  expect(open.note(requested('theirs too'))).toBeNull();
  expect(known()).toEqual([]);
});

it('T2: reads again after staff settled a delivery, which may be open again', async () => {
  const uncertain = requested('uncertain');
  open.note(uncertain);
  open.finish(rowOf(uncertain));
  open.note(event({ type: 'DeliverySettled', data: samples.DeliverySettled }, 'uncertain'));
  expect(known()).toBeNull();
  stored = [rowOf(uncertain)];
  await open.complete();
  expect(known()).toEqual(['uncertain']);
});

it('T2: an assignment while it reads makes it read again', async () => {
  open.begin('0');
  stored = [rowOf(requested('stale'))];
  const reading = open.complete();
  open.assign(() => true);
  await reading;
  expect(known()).toBeNull();
});

it('T2: keeps at most 10,000 in memory', () => {
  for (let number = 0; number < 10_000; number += 1) open.note(requested(`d${number}`, 'c'));
  expect(known()).toHaveLength(10_000);
  open.note(requested('one more'));
  expect(known()).toBeNull();
});
