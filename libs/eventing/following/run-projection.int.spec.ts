import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines, StoredEvent } from '@app/eventing';
import type { Position } from '@app/kernel';
import { noneSealed } from '@app/testing';
import { EventCodec } from '../sealing/codec.js';
import { naturalId } from '../commands/ids.js';
import { EventLog } from '../reading/event-log.js';
import { CheckpointMoved, type DocumentWrite } from '../ports/read-model-store.js';
import { Partitions } from '../ports/partitions.js';
import { rebuild, runProjection, unreadableKey, type Followed, type ReadModel } from './run-projection.js';
import {
  contextOf,
  Tallies,
  tallySubjectHomes,
  tallyProjection,
  tallyTypes,
  type TallyEvent,
  type TallyRow,
} from '@app/testing';

const LONG = 10_000;

describe('runProjection', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let tallies: Tallies;
  let followed: Followed;
  let projection: ReadModel;
  let count = 0;
  let commands = 0;
  beforeAll(async () => {
    engines = await folder.open();
    tallies = new Tallies(engines.eventStore, engines.keyring);
    followed = { eventLog: tallies.eventLog, readModels: engines.readModels, checkpoints: engines.checkpoints };
  });
  beforeEach(() => {
    count += 1;
    projection = { ...tallyProjection, name: `tallies_${count}` };
  });
  afterAll(() => folder.remove());

  async function add(...amounts: number[]): Promise<Position> {
    const { position } = await tallies.add(`p${count}`, amounts, contextOf(`${count}/${(commands += 1)}`));
    if (position === null) throw new Error('Nothing was added');
    return position;
  }

  /** Runs the worker until it has reached that position, then stops it. */
  async function runTo(position: Position): Promise<void> {
    const stop = new AbortController();
    const run = runProjection(followed, projection, stop.signal);
    await Promise.race([engines.checkpoints.waitFor(projection.name, position, LONG), run]);
    stop.abort();
    await run;
  }
  const row = async (): Promise<TallyRow | undefined> =>
    (await engines.readModels.get(projection, 'program-1', [`p${count}`]))[0] as TallyRow | undefined;

  it('rule 8: follows the event store and saves its position', async () => {
    const position = await add(1, 2, 3);
    await runTo(position);
    expect(await row()).toMatchObject({ sum: 6, count: 3 });
    expect((await engines.checkpoints.get(projection.name)) ?? '').toEqual(position);
  });

  it('rule 8: resumes after its checkpoint', async () => {
    await runTo(await add(1, 2));
    await runTo(await add(3));
    expect(await row()).toMatchObject({ sum: 6, count: 3 });
  });

  it('rule 8: a crash between documents and checkpoint counts nothing twice', async () => {
    const early = await add(1);
    await runTo(early);
    const late = await add(2, 3);
    await runTo(late);
    await engines.checkpoints.set(projection.name, late, early);
    // Repeated and new events are one batch.
    await runTo(await add(4));
    expect(await row()).toMatchObject({ sum: 10, count: 4 });
  });

  it('rule 8: a second worker with another checkpoint writes nothing and stops', async () => {
    const early = await add(1);
    await runTo(early);
    const late = await add(2);
    const lagging: Followed = {
      ...followed,
      checkpoints: {
        get: async () => early,
        pass: (...move: Parameters<typeof engines.checkpoints.pass>) => engines.checkpoints.pass(...move),
      } as unknown as typeof engines.checkpoints,
    };
    await runTo(late);
    await expect(runProjection(lagging, projection, new AbortController().signal)).rejects.toThrow(CheckpointMoved);
    expect(await row()).toMatchObject({ sum: 3, count: 2 });
  });

  it('rule 8: folds each event in order, once, with its content open', async () => {
    const seen: string[] = [];
    const watching = {
      ...tallyProjection,
      name: `tallies_${count}`,
      evolve: (...[before, event, id]: Parameters<typeof tallyProjection.evolve>) => {
        if (event.aggregateId === `p${count}`) seen.push((event.data as TallyEvent['data']).note);
        return tallyProjection.evolve(before, event, id);
      },
    };
    projection = watching;
    await add(1, 2);
    await runTo(await add(3));
    expect(seen).toEqual(['of 1', 'of 2', 'of 3']);
  });

  it('rule 8: an event about many documents reaches all of them, including those of the same batch, and a rebuild is equal', async () => {
    const wiping = {
      ...tallyProjection,
      name: `tallies_${count}`,
      indexes: { byNote: ['note'] },
      touches: ({ aggregateId, revision, data }) =>
        data.amount === 99 ? { index: 'byNote', equals: { note: aggregateId } } : `${aggregateId} ${revision}`,
      evolve: (before, { aggregateId, revision, data, metadata: { programId } }) =>
        data.amount === 99
          ? before && { ...before, sum: 0 }
          : { id: `${aggregateId} ${revision}`, programId, note: aggregateId, sum: data.amount, count: 1 },
    } as ReadModel<TallyRow & { note?: string }, TallyEvent>;
    projection = wiping;
    await tallies.add(`other${count}`, [7], contextOf(`${count}/other`));
    await runTo(await add(1, 2, 3));
    await runTo(await add(4, 99, 5));
    const sums = async (which: 'live' | 'rebuild'): Promise<Record<string, unknown>> => {
      const found: Record<string, unknown> = {};
      for await (const { document } of engines.readModels.scan(projection, which))
        if (document.id.includes(`p${count} `) || document.id.startsWith(`other${count}`))
          found[document.id] = document['sum'];
      return found;
    };
    const of = (revision: number) => `p${count} ${revision}`;
    const expected = { [of(0)]: 0, [of(1)]: 0, [of(2)]: 0, [of(3)]: 0, [of(5)]: 5, [`other${count} 0`]: 7 };
    expect(await sums('live')).toEqual(expected);
    await rebuild(followed, projection, new AbortController().signal);
    expect(await sums('rebuild')).toEqual(expected);
    await engines.readModels.dropRebuild(projection);
  });

  it('rule 8: an event changes each document that it touches, and none if its type is not handled', async () => {
    const several: ReadModel<TallyRow, TallyEvent> = {
      ...tallyProjection,
      name: `tallies_${count}`,
      touches: ({ aggregateId }) => [`${aggregateId} a`, `${aggregateId} b`],
      evolve: (before, { data, metadata: { programId } }, id) => ({
        id,
        programId,
        sum: (before?.sum ?? 0) + data.amount,
        count: (before?.count ?? 0) + 1,
      }),
    };
    projection = several;
    await runTo(await add(1, 2));
    await runTo(await add(3));
    const sums = (await engines.readModels.get(projection, 'program-1', [`p${count} a`, `p${count} b`])).map(
      ({ sum }) => sum,
    );
    expect(sums).toEqual([6, 6]);
    projection = { ...several, name: `none_${count}`, handles: [] };
    await runTo(await add(4));
    expect(await engines.readModels.get(projection, 'program-1', [`p${count} a`])).toEqual([]);
  });

  it('rule 8: a deleted document stays deleted when events are repeated, and a rebuild is equal', async () => {
    const open: ReadModel<TallyRow, TallyEvent> = {
      ...tallyProjection,
      name: `tallies_${count}`,
      evolve: (before, { data, metadata: { programId } }, id) => {
        const sum = (before?.sum ?? 0) + data.amount;
        return sum === 0 ? null : { id, programId, sum, count: (before?.count ?? 0) + 1 };
      },
    };
    projection = open;
    await runTo(await add(1));
    const early = await add(1);
    await runTo(early);
    const late = await add(-1, -1);
    await runTo(late);
    expect(await row()).toBeUndefined();
    // As after a crash between documents and checkpoint: the last three events are repeated, with a new one.
    await engines.checkpoints.set(projection.name, late, early);
    await runTo(await add(5));
    expect(await row()).toEqual({ id: `p${count}`, programId: 'program-1', sum: 5, count: 1 });
    await runTo(await add(-5));
    await rebuild(followed, projection, new AbortController().signal);
    for (const which of ['live', 'rebuild'] as const) {
      const ids: string[] = [];
      for await (const { document } of engines.readModels.scan(projection, which)) ids.push(document.id);
      expect(ids).not.toContain(`p${count}`);
    }
    await engines.readModels.dropRebuild(projection);
  });

  it('rule 13: a stream with an event that cannot be opened stops, others continue, and a rebuild includes it again', async () => {
    const [stream, told] = [`tally-p${count}`, [] as string[]];
    const codec = new EventCodec(tallyTypes, engines.keyring);
    const append = async (amount: number, revision: number, type = 'Added.v1'): Promise<void> => {
      const { programId, actor, commandId } = contextOf(`${count}/${amount}`);
      const metadata = {
        programId,
        actor,
        commandId,
        commandHash: '',
        correlationId: '',
        causationId: '',
        occurredAt: '',
        recordedAt: '',
      };
      const stored = await codec.seal(
        {
          type: 'Added',
          data: { amount, note: '', owner: 'rita' },
          eventId: naturalId('spec', stream, String(revision)),
          metadata,
        },
        noneSealed,
      );
      await engines.eventStore.append(stream, revision === 0 ? 'no-stream' : revision - 1, [{ ...stored, type }]);
    };
    const run = async (by: Followed): Promise<void> => {
      const stop = new AbortController();
      const running = runProjection(by, projection, stop.signal, {
        onUnopened: async ({ cause, revision }) => void told.push(`${cause} ${revision}`),
      });
      await Promise.race([
        engines.checkpoints.waitFor(projection.name, (await by.eventLog.head()) ?? '', LONG),
        running,
      ]);
      stop.abort();
      await running;
    };
    const others = async (amount: number): Promise<void> =>
      void (await tallies.add(`q${count}`, [amount], contextOf(`${count}/q${amount}`)));
    const rows = async (): Promise<unknown> => [
      await row(),
      (await engines.readModels.get(projection, 'program-1', [`q${count}`]))[0],
      (await engines.readModels.get(projection, unreadableKey(stream).programId, [unreadableKey(stream).id]))[0],
    ];
    const collect = async (which: 'live' | 'rebuild'): Promise<DocumentWrite[]> => {
      const documents: DocumentWrite[] = [];
      for await (const document of engines.readModels.scan(projection, which)) documents.push(document);
      return documents;
    };

    await append(1, 0);
    await append(2, 1, 'Added.v9');
    await append(3, 2);
    await others(1);
    await run(followed);
    // In a separate batch, by a restarted worker.
    await append(4, 3);
    await others(2);
    await run(followed);
    expect(told).toEqual(['UnknownEventType 1']);
    expect(await rows()).toMatchObject([{ sum: 1, count: 1 }, { sum: 3, count: 2 }, { unreadable: stream }]);
    await rebuild(followed, projection, new AbortController().signal);
    expect(await collect('rebuild')).toEqual(await collect('live'));

    const newer: Followed = {
      ...followed,
      eventLog: new EventLog(
        engines.eventStore,
        new EventCodec(tallyTypes, engines.keyring, { 'Added.v9': (data) => ({ type: 'Added.v1', data }) }),
        tallySubjectHomes,
      ),
    };
    await append(5, 4);
    await run(newer);
    expect(await rows()).toMatchObject([{ sum: 1 }, {}, { unreadable: stream }]);
    const head = await rebuild(newer, projection, new AbortController().signal);
    await engines.readModels.swapRebuild(projection, head ?? '');
    await append(6, 5);
    await run(newer);
    expect(await rows()).toMatchObject([{ sum: 21, count: 6 }, { sum: 3, count: 2 }, undefined]);
    await rebuild(newer, projection, new AbortController().signal);
    expect(await collect('rebuild')).toEqual(await collect('live'));
  });

  it('X4: a rebuild equals the live model, and replaces it', async () => {
    await runTo(await add(1, 2));
    await runTo(await add(3));
    const head = await rebuild(followed, projection, new AbortController().signal);
    const collect = async (which: 'live' | 'rebuild'): Promise<DocumentWrite[]> => {
      const documents: DocumentWrite[] = [];
      for await (const document of engines.readModels.scan(projection, which)) documents.push(document);
      return documents;
    };
    expect(await collect('rebuild')).toEqual(await collect('live'));
    if (head === null) throw new Error('The record is not empty');
    await engines.readModels.swapRebuild(projection, head);
    await runTo(await add(4));
    expect(await row()).toMatchObject({ sum: 10, count: 4 });
  });

  it('rule 13: a stream with an event of an unknown program stops in every part', async () => {
    const partitions = new Partitions(2);
    const firstOf = async (program: string): Promise<StoredEvent> =>
      (await engines.eventStore.read(`tally-${program}`, 0, 1))[0] as StoredEvent;
    const programs = partitions.all.map((part) => ['a', 'b', 'c', 'd'].find((program) => part.has(program)) ?? '');
    for (const program of programs) await tallies.add(program, [1], contextOf(`${count}/${program}`, program));
    for (const program of programs)
      await engines.eventStore.append(`tally-${program}`, 0, [
        { id: naturalId('spec', program), type: 'Added.v1', data: {}, metadata: {} },
      ]);
    for (const program of programs)
      await engines.eventStore.append(`tally-${program}`, 1, [
        { ...(await firstOf(program)), id: naturalId('again', program) },
      ]);
    const head = (await engines.eventStore.head()) ?? '';
    for (const part of partitions.all) {
      const stop = new AbortController();
      const running = runProjection(followed, projection, stop.signal, { part });
      await Promise.race([engines.checkpoints.waitFor(part.nameOf(projection.name), head, LONG), running]);
      stop.abort();
      await running;
    }
    for (const program of programs)
      expect(await engines.readModels.get(projection, program, [program])).toMatchObject([{ sum: 1, count: 1 }]);
  });

  it('rule 8: a rebuild beside an idle follower makes it start again, without a new event', async () => {
    await add(1);
    const stop = new AbortController();
    const running = runProjection(followed, projection, stop.signal);
    await tallies.eventLog.append(`other-${count}`, 'no-stream', [
      {
        type: 'Added',
        data: { amount: 1, note: '', owner: 'rita' },
        eventId: naturalId('spec', 'other', String(count)),
        metadata: { ...contextOf('other'), commandHash: '', recordedAt: '' },
      },
    ]);
    const head = (await engines.eventStore.head()) ?? '';
    await engines.checkpoints.waitFor(projection.name, head, LONG);
    await engines.readModels.beginRebuild(projection);
    await engines.readModels.swapRebuild(projection, null);
    await expect(running).rejects.toThrow(CheckpointMoved);
  });
});
