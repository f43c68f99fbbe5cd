import fc from 'fast-check';
import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import { eventTypes, eventTypesByCategory, subjectHomes, upcasters } from '@app/domain';
import {
  EventCodec,
  EventLog,
  naturalId,
  rebuild,
  runProjection,
  type DocumentWrite,
  type Followed,
  type ReadModel,
} from '@app/eventing';
import type { Message, Position } from '@app/kernel';
import { newRecord, samples, type DomainEvent } from '@app/testing';
import { readModels } from './read-models.js';

/** The subject of one random event: one of a few streams and people, and the final state of a receipt. */
type Draw = {
  readonly category: string;
  readonly type: DomainEvent['type'];
  readonly id: number;
  readonly other: number;
  readonly status: string;
};

const typesOf = (category: string): DomainEvent['type'][] =>
  Object.keys(eventTypesByCategory[category as keyof typeof eventTypesByCategory]) as DomainEvent['type'][];

const drawOf = (model: ReadModel): fc.Arbitrary<Draw> =>
  fc.constantFrom(...model.categories).chain((category) =>
    fc.record({
      category: fc.constant(category),
      type: fc.constantFrom(...typesOf(category)),
      id: fc.integer({ min: 1, max: 3 }),
      other: fc.integer({ min: 1, max: 3 }),
      status: fc.constantFrom('queued', 'sent', 'delivered', 'failed', 'teleported'),
    }),
  );

/** An event that may never occur like this: a projection refuses no event. */
function eventOf({ type, id, other, status }: Draw, aggregateId: string, run: string): Message {
  const ids: Readonly<Record<string, unknown>> = {
    conversationId: aggregateId,
    deliveryId: aggregateId,
    referralId:
      other === 3 && type !== 'ReferralCreated' ? null : `referral-${run}-${type === 'ReferralCreated' ? id : other}`,
    addressId: `address-${run}-${other}`,
    blockId: `block-${run}-${other}`,
    senderId: `sender-${id}`,
    messageId: `message-${run}-${id}-${other}`,
    status,
    text: `text ${id} ${other}`,
  };
  const data = Object.entries(samples[type]).map(([field, value]) => [field, field in ids ? ids[field] : value]);
  return { type, data: Object.fromEntries(data) as object };
}

describe('every read model', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let followed: Followed;
  let run = 0;
  beforeAll(async () => {
    engines = await folder.open();
    const eventLog = new EventLog(
      engines.eventStore,
      new EventCodec(eventTypes, engines.keyring, upcasters),
      subjectHomes,
    );
    followed = { eventLog, readModels: engines.readModels, checkpoints: engines.checkpoints };
  });
  afterAll(() => folder.remove());

  async function append(draws: readonly Draw[], revisions: Map<string, number>): Promise<void> {
    const record = newRecord();
    for (const draw of draws) {
      const aggregateId = draw.category === 'referral' ? `referral-${run}-${draw.id}` : `${run}-${draw.id}`;
      const stream = `${draw.category}-${aggregateId}`;
      const revision = revisions.get(stream) ?? -1;
      const event = {
        ...record(stream, eventOf(draw, aggregateId, String(run))),
        eventId: naturalId('spec', stream, String(revision)),
      };
      await followed.eventLog.append(stream, revision === -1 ? 'no-stream' : revision, [event]);
      revisions.set(stream, revision + 1);
    }
  }

  async function runTo(model: ReadModel, position: Position): Promise<void> {
    const stop = new AbortController();
    const running = runProjection(followed, model, stop.signal);
    await Promise.race([engines.checkpoints.waitFor(model.name, position, 10_000), running]);
    stop.abort();
    await running;
  }

  async function documents(model: ReadModel, which: 'live' | 'rebuild'): Promise<DocumentWrite[]> {
    const all: DocumentWrite[] = [];
    for await (const document of engines.readModels.scan(model, which)) all.push(document);
    return all;
  }

  it.each(readModels.map((model) => [model.name, model] as const))(
    'X4, rule 8: rebuilding %s gives the same as following, with pauses anywhere',
    async (name, readModel) => {
      run += 1;
      // Each type once, in its usual order, so that there is something to compare.
      await append(
        readModel.categories.flatMap((category) =>
          typesOf(category).map((type) => ({ category, type, id: 1, other: 1, status: 'sent' })),
        ),
        new Map(),
      );
      const histories = fc.array(fc.array(drawOf(readModel), { minLength: 1, maxLength: 12 }), {
        minLength: 1,
        maxLength: 3,
      });
      await fc.assert(
        fc.asyncProperty(histories, async (parts) => {
          run += 1;
          const model = { ...readModel, name: `${name}_${run}` };
          const revisions = new Map<string, number>();
          for (const part of parts) {
            await append(part, revisions);
            await runTo(model, (await followed.eventLog.head()) ?? '');
          }
          await rebuild(followed, model, new AbortController().signal);
          expect(await documents(model, 'rebuild')).toEqual(await documents(model, 'live'));
          await engines.readModels.dropRebuild(model);
        }),
        { numRuns: 8 },
      );
      const last = { ...readModel, name: `${name}_${run}` };
      expect((await documents(last, 'live')).length).toBeGreaterThan(0);
    },
  );
});
