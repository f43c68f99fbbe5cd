import type { Command, CommandBus } from '@nestjs/cqrs';
import { eventTypes, subjectHomes } from '@app/domain';
import {
  Aggregates,
  EngineUnavailable,
  EventCodec,
  EventUnreadable,
  handleCommand,
  EventLog,
  KeyLost,
  naturalId,
  runFollower,
  Unopened,
  type Engines,
  type Follower,
  ProgramGone,
  programHashSubject,
} from '@app/eventing';
import type { JsonObject, Message, Recorded } from '@app/kernel';
import { parkedAggregate, type ParkedCommand } from '@app/domain/parked';
import { requestAggregate } from '@app/domain/request';
import { TemporaryFolder } from '@app/testing/embedded';
import { HandleParked } from './parked.handler.js';
import { ids, systemContext } from '../commands/ids.js';
import { NaturalKeys } from '../lookups/natural-keys.js';
import { Lookups } from '../lookups/lookups.js';
import { ParkedHandler } from './parked.handler.js';
import { Parking, type ParkingWorker } from './parking.js';

type Fact = Recorded<Message>;

describe('parking', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let eventLog: EventLog;
  let aggregates: Aggregates;
  let lookups: Lookups;
  let parking: Parking;
  let programId: string;
  let facts: Fact[];
  let handled: string[];
  let failures: Map<string, Error>;
  let count = 0;

  beforeAll(async () => {
    engines = await folder.open();
    eventLog = new EventLog(engines.eventStore, new EventCodec(eventTypes, engines.keyring), subjectHomes);
    aggregates = new Aggregates(eventLog, engines.keyring, engines.snapshots);
    lookups = new Lookups(aggregates, new NaturalKeys(engines.keyring, eventLog));
    const handler = new ParkedHandler(aggregates);
    parking = new Parking(
      { execute: (command: Command<unknown>) => handler.execute(command as HandleParked) } as unknown as CommandBus,
      eventLog,
      lookups,
    );
  });
  beforeEach(async () => {
    [handled, failures, programId] = [[], new Map(), `program-${(count += 1)}`];
    facts = [await happened('a-1'), await happened('b-1'), await happened('a-2'), await happened('b-2')];
  });
  afterAll(() => folder.remove());

  /** A stored event; its name contains its key. */
  async function happened(name: string): Promise<Fact> {
    const intent = { type: 'TakeRequest', data: { kind: name, body: {} } } as const;
    await handleCommand(aggregates, {
      aggregate: requestAggregate,
      id: `${programId}.${name}`,
      intent,
      context: systemContext(programId, 'spec'),
      prepare: (intent) => intent,
    });
    return (await eventLog.at(`request-${programId}.${name}`, 0)) as Fact;
  }
  const nameOf = ({ stream }: Fact): string => stream.slice(stream.lastIndexOf('.') + 1);
  const worker = (): ParkingWorker<Fact> => ({
    name: 'worker',
    keyOf: (fact) => nameOf(fact).charAt(0),
    sourceOf: ({ stream, revision }) => ({ programId, stream, revision }),
    read: (event) => event,
    handle: async (fact) => {
      const failure = failures.get(nameOf(fact));
      if (failure) throw failure;
      handled.push(nameOf(fact));
    },
    onParked: () => undefined,
  });
  const handleAll = async (): Promise<void> => {
    for (const fact of facts) await parking.handle(worker(), fact);
  };
  it('G5, rule 13: messages of a deleted program are reported and dropped, and others continue', async () => {
    failures.set('a-1', new Error('Boom'));
    await handleAll();
    await engines.keyring.destroy(programHashSubject(programId, 'commands'));
    const told: string[] = [];
    const telling = { ...worker(), onParked: (error: unknown) => void told.push((error as Error).constructor.name) };
    failures.set('b-1', new ProgramGone());
    for (const fact of facts) await parking.handle(telling, fact);
    expect(told).toEqual(['ProgramGone']);
    const asked = {
      aggregateId: ids.parked(programId, 'worker', 'a'),
      type: 'ReplayRequested',
      data: { worker: 'worker', key: 'a' },
      metadata: { programId },
    } as unknown as Recorded<Message>;
    failures.clear();
    await parking.replays(telling).handle([asked]);
  });

  const waiting = async (key: string): Promise<string[]> =>
    ((await lookups.parked(programId, ids.parked(programId, 'worker', key)))?.waiting ?? []).map(({ stream }) =>
      stream.slice(stream.lastIndexOf('.') + 1),
    );
  const say = (key: string, intent: ParkedCommand): Promise<unknown> =>
    handleCommand(aggregates, {
      aggregate: parkedAggregate,
      id: ids.parked(programId, 'worker', key),
      intent,
      context: systemContext(programId, 'spec'),
      prepare: (intent) => intent,
    });
  /** A stored replay request. */
  const happenedReplay = async (key: string): Promise<Fact[]> => {
    await askForReplay(key);
    const stream = `parked-${ids.parked(programId, 'worker', key)}`;
    const facts: Fact[] = [];
    for await (const fact of eventLog.read(stream)) facts.push(fact);
    return facts.slice(-1);
  };
  const askForReplay = (key: string): Promise<unknown> =>
    say(key, { type: 'RequestReplay', data: { worker: 'worker', key } });

  /** Carries out all replays requested so far. */
  async function replay(): Promise<void> {
    const stop = new AbortController();
    const head = (await eventLog.head()) ?? '';
    const follower: Follower = { ...parking.replays(worker()), name: `replays ${programId}` };
    const following = runFollower({ eventLog, checkpoints: engines.checkpoints }, follower, stop.signal);
    await Promise.race([engines.checkpoints.waitFor(follower.name, head, 20_000), following]);
    stop.abort();
    await following;
  }

  it('rule 13: messages parked by another process are found when their key is taken over', async () => {
    await parking.handle(worker(), facts[0] as Fact);
    await say('a', {
      type: 'ParkMessage',
      data: { worker: 'worker', key: 'a', source: { stream: 'request-x', revision: 0 }, cause: 'Boom' },
    });
    parking.takeOver('worker');
    await handleAll();
    expect(handled).toEqual(['a-1', 'b-1', 'b-2']);
    expect(await waiting('a')).toEqual(['request-x', 'a-1', 'a-2']);
  });

  it('rule 13: a failed message is retried first', async () => {
    let calls = 0;
    await parking.handle(
      { ...worker(), handle: async () => ((calls += 1) < 3 ? Promise.reject(new TypeError('broken')) : undefined) },
      facts[0] as Fact,
    );
    expect(calls).toBe(3);
    expect(await waiting('a')).toEqual([]);
  });

  it('rule 13: it is parked with its cause and all later messages of its key, and other keys continue', async () => {
    failures.set('a-1', new TypeError('broken: quotes a text'));
    await handleAll();
    expect(handled).toEqual(['b-1', 'b-2']);
    expect(await waiting('a')).toEqual(['a-1', 'a-2']);
    const recorded = await engines.eventStore.read(`parked-${ids.parked(programId, 'worker', 'a')}`, 0, 10);
    expect(recorded.map(({ data }) => data['cause'])).toEqual(['TypeError', 'BehindParked']);
    expect(JSON.stringify(recorded)).not.toContain('quotes');
  });

  it('a message repeated while it is parked is parked once', async () => {
    failures.set('a-1', new TypeError('broken'));
    await handleAll();
    await handleAll();
    expect(await waiting('a')).toEqual(['a-1', 'a-2']);
  });

  it('rule 13: a replay handles them in order, and then the key is normal again', async () => {
    failures.set('a-1', new TypeError('broken'));
    await handleAll();
    failures.clear();
    await askForReplay('a');
    await replay();
    expect(handled).toEqual(['b-1', 'b-2', 'a-1', 'a-2']);
    expect(await waiting('a')).toEqual([]);
    await parking.handle(worker(), await happened('a-3'));
    expect(handled.at(-1)).toBe('a-3');
  });

  it('a failed replay leaves them parked', async () => {
    failures.set('a-1', new TypeError('broken'));
    await handleAll();
    await askForReplay('a');
    await replay();
    expect(await waiting('a')).toEqual(['a-1', 'a-2']);
    failures.clear();
    await askForReplay('a');
    await replay();
    expect(handled).toEqual(['b-1', 'b-2', 'a-1', 'a-2']);
  });

  it('a message that arrives during a replay waits behind it', async () => {
    failures.set('a-1', new TypeError('broken'));
    await handleAll();
    failures.clear();
    const late = await happened('a-3');
    await askForReplay('a');
    const slow: ParkingWorker<Fact> = {
      ...worker(),
      handle: async (fact) => {
        if (nameOf(fact) === 'a-1') await parking.handle(worker(), late);
        handled.push(nameOf(fact));
      },
    };
    const request = (await eventLog.at(`parked-${ids.parked(programId, 'worker', 'a')}`, 2)) as Fact;
    await parking.replays(slow).handle([request]);
    expect(handled).toEqual(['b-1', 'b-2', 'a-1', 'a-2', 'a-3']);
    expect(await waiting('a')).toEqual([]);
  });

  it('a message that arrives while a replay elsewhere handles the last one is handled, and does not wait forever', async () => {
    failures.set('a-1', new TypeError('broken'));
    await parking.handle(worker(), facts[0] as Fact);
    failures.clear();
    await askForReplay('a');
    let looks = 0;
    const overtaken = Object.assign(Object.create(lookups) as Lookups, {
      parked: async (...asked: Parameters<Lookups['parked']>) => {
        const seen = await lookups.parked(...asked);
        if ((looks += 1) === 1) await replay();
        return seen;
      },
    });
    const handler = new ParkedHandler(aggregates);
    const live = new Parking(
      { execute: (command: Command<unknown>) => handler.execute(command as HandleParked) } as unknown as CommandBus,
      eventLog,
      overtaken,
    );
    await live.handle(worker(), facts[2] as Fact);
    expect(handled).toEqual(['a-1', 'a-2']);
    expect(await waiting('a')).toEqual([]);
  });

  it("an engine failure is not the message's fault: the message is not parked", async () => {
    failures.set('a-1', new EngineUnavailable('MongoDB'));
    await expect(parking.handle(worker(), facts[0] as Fact)).rejects.toBeInstanceOf(EngineUnavailable);
    expect(await waiting('a')).toEqual([]);
  });

  it.each([
    [
      'KeyMissing',
      new EventUnreadable(
        new Unopened('KeyMissing', { stream: 'conversation-1', revision: 3, position: '7', programId: 'p' }),
      ),
    ],
    ['KeyLost', new KeyLost('conversation-1')],
  ])('rule 13: an error that no retry fixes is parked at once, with its cause: %s', async (cause, failure) => {
    let calls = 0;
    await parking.handle(
      {
        ...worker(),
        handle: async () => {
          calls += 1;
          throw failure;
        },
      },
      facts[0] as Fact,
    );
    expect([calls, await waiting('a')]).toEqual([1, ['a-1']]);
    const [recorded] = await engines.eventStore.read(`parked-${ids.parked(programId, 'worker', 'a')}`, 0, 1);
    expect(recorded?.data['cause']).toBe(cause);
  });

  describe('rule 13: a parked list that cannot be read', () => {
    const unreadable = async (key: string): Promise<void> => {
      const stream = `parked-${ids.parked(programId, 'worker', key)}`;
      const known = await engines.eventStore.read(stream, 0, 10);
      const last = known.at(-1);
      const stored = {
        id: naturalId('spec', stream),
        type: 'ParkedMessageHandled.v99',
        data: {},
        metadata: last?.metadata ?? { programId },
      };
      await engines.eventStore.append(stream, last ? last.revision : 'no-stream', [stored]);
    };
    const secondList = async (): Promise<string[]> =>
      ((await lookups.parked(programId, ids.parked(programId, 'worker', 'a', 1)))?.waiting ?? []).map(({ stream }) =>
        stream.slice(stream.lastIndexOf('.') + 1),
      );

    it('blocks its key, loses nothing, and affects no other key', async () => {
      await unreadable('a');
      await handleAll();
      await handleAll();
      expect([handled, await secondList()]).toEqual([
        ['b-1', 'b-2', 'b-1', 'b-2'],
        ['a-1', 'a-2'],
      ]);
    });

    it('is skipped by replays, and messages parked after it can be replayed', async () => {
      failures.set('b-1', new TypeError('broken'));
      await handleAll();
      await unreadable('a');
      await handleAll();
      failures.clear();
      const told: string[] = [];
      const request = { type: 'RequestReplay', data: { worker: 'worker', key: 'a' } } as const;
      // The list may have become unreadable after the replay was requested.
      const [asked] = (await happenedReplay('b')) as [Fact];
      await parking
        .replays({ ...worker(), onParked: (error) => void told.push((error as Error).name) })
        .handle([{ ...asked, aggregateId: ids.parked(programId, 'worker', 'a'), data: request.data } as Fact]);
      expect(told).toEqual(['UnknownEventType']);
      await handleCommand(aggregates, {
        aggregate: parkedAggregate,
        id: ids.parked(programId, 'worker', 'a', 1),
        intent: request,
        context: systemContext(programId, 'spec'),
        prepare: (intent) => intent,
      });
      await askForReplay('b');
      await replay();
      expect(handled.slice(-4).sort()).toEqual(['a-1', 'a-2', 'b-1', 'b-2']);
    });
  });

  describe('rule 13: parked lists that can be read again, or not', () => {
    const lifted = { 'ParkedMessageHandled.v99': (data: JsonObject) => ({ type: 'ReplayFailed.v1', data }) };
    const listId = (key: string, successor = 0): string => ids.parked(programId, 'worker', key, successor);
    /** An event that only a newer version can read. */
    const newer = async (parkedId: string, data: JsonObject = {}): Promise<void> => {
      const known = await engines.eventStore.read(`parked-${parkedId}`, 0, 10);
      await engines.eventStore.append(`parked-${parkedId}`, known.at(-1)?.revision ?? 'no-stream', [
        { id: naturalId('spec', parkedId), type: 'ParkedMessageHandled.v99', data, metadata: { programId } },
      ]);
    };
    function partsOf(of: Engines, upcasters = {}): { parking: Parking; lookups: Lookups; aggregates: Aggregates } {
      const itsJournal = new EventLog(of.eventStore, new EventCodec(eventTypes, of.keyring, upcasters), subjectHomes);
      const itsAggregates = new Aggregates(itsJournal, of.keyring, of.snapshots);
      const [itsLookups, handler] = [
        new Lookups(itsAggregates, new NaturalKeys(of.keyring, itsJournal)),
        new ParkedHandler(itsAggregates),
      ];
      return {
        parking: new Parking(
          { execute: (command: Command<unknown>) => handler.execute(command as HandleParked) } as unknown as CommandBus,
          itsJournal,
          itsLookups,
        ),
        lookups: itsLookups,
        aggregates: itsAggregates,
      };
    }
    const replayOf = async (by: ReturnType<typeof partsOf>, parkedId: string): Promise<void> => {
      const asked = { type: 'RequestReplay', data: { worker: 'worker', key: 'a' } } as const;
      const { events } = await handleCommand(by.aggregates, {
        aggregate: parkedAggregate,
        id: parkedId,
        intent: asked,
        context: systemContext(programId, 'spec'),
        prepare: (intent) => intent,
      });
      await by.parking.replays(worker()).handle(events);
    };

    it('messages in a list after a repaired one wait for it, and keep their order', async () => {
      failures.set('a-1', new TypeError('broken'));
      await handleAll();
      await newer(listId('a'), {
        worker: 'worker',
        key: 'a',
        source: { stream: 's', revision: 0 },
        cause: 'TypeError',
      });
      await parking.handle(worker(), await happened('a-3'));
      failures.clear();
      handled = [];

      const mended = partsOf(engines, lifted);
      await mended.parking.handle(worker(), await happened('a-4'));
      await replayOf(mended, listId('a', 1));
      expect(handled).toEqual([]);
      await replayOf(mended, listId('a'));
      await mended.parking.handle(worker(), await happened('a-5'));
      expect(handled).toEqual(['a-1', 'a-2']);
      await replayOf(mended, listId('a', 1));
      await mended.parking.handle(worker(), await happened('a-6'));
      expect(handled).toEqual(['a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-6']);
    });

    it('a list that becomes unreadable during its replay stops no other replay', async () => {
      failures.set('a-1', new TypeError('broken'));
      failures.set('b-1', new TypeError('broken'));
      await handleAll();
      failures.clear();
      const requests = [...(await happenedReplay('a')), ...(await happenedReplay('b'))];
      const told: string[] = [];
      const broken: ParkingWorker<Fact> = {
        ...worker(),
        onParked: (error) => void told.push((error as Error).name),
        handle: async (fact) => {
          handled.push(nameOf(fact));
          if (nameOf(fact) === 'a-1') await newer(listId('a'));
        },
      };
      await parking.replays(broken).handle(requests);
      expect([handled, told]).toEqual([['a-1', 'b-1', 'b-2'], ['UnknownEventType']]);
    });

    it('an unreadable list does not keep others from ending when a worker starts again', async () => {
      const unopened = (stream: string): Unopened =>
        new Unopened('KeyMissing', { stream, revision: 3, position: '7', programId });
      await parking.note('passing', unopened('conversation-a'));
      await parking.note('passing', unopened('conversation-b'));
      await parking.note('passing', unopened('conversation-b'));
      await newer(ids.parked(programId, 'passing', 'conversation-a'));
      await parking.finish('passing', () => Promise.resolve(false));
      expect(
        await parking.isWaiting(
          programId,
          { worker: 'passing', key: 'conversation-b' },
          { stream: 'conversation-b', revision: 3 },
        ),
      ).toBe(false);
    });

    it("if a list's key is unknown, every key may have parked messages", async () => {
      const own = new TemporaryFolder();
      try {
        const theirs = await own.open();
        const { parking: one } = partsOf(theirs);
        const park = (stream: string): Promise<void> =>
          one.note('worker', new Unopened('KeyMissing', { stream, revision: 0, position: '7', programId }));
        await park('a');
        const keys = await one.keysOf('worker');
        expect([keys.has('a'), keys.has('b')]).toEqual([true, false]);
        await theirs.eventStore.append('parked-c', 'no-stream', [
          { id: naturalId('spec', 'c'), type: 'MessageParked.v99', data: {}, metadata: { programId } },
        ]);
        const all = await one.keysOf('worker');
        expect([all.has('a'), all.has('b')]).toEqual([true, true]);
      } finally {
        await own.remove();
      }
    });
  });

  it("a message of one program does not wait behind another's", async () => {
    failures.set('a-1', new TypeError('broken'));
    await parking.handle(worker(), facts[0] as Fact);
    const other = {
      ...worker(),
      sourceOf: ({ stream, revision }: Fact) => ({ programId: `other-${programId}`, stream, revision }),
    };
    await parking.handle(other, facts[2] as Fact);
    expect(handled).toEqual(['a-2']);
  });
});
