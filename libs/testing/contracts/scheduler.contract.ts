import {
  Clock,
  Partitions,
  runProjection,
  Scheduler,
  TrustedClock,
  type Checkpoints,
  type DueWork,
  type EventStore,
  type ReadModel,
  type ReadModelStore,
} from '@app/eventing';
import { contextOf, KeysInMemory, Tallies, type TallyEvent } from '@app/testing';
import { uniqueName, type Opened } from './opened.js';

type Ports = {
  readonly eventStore: EventStore;
  readonly readModels: ReadModelStore;
  readonly checkpoints: Checkpoints;
};

/** A tally is due as many seconds after the beginning as its value, and no longer when it was cleared. */
type TallyDue = {
  readonly id: string;
  readonly programId: string;
  readonly sum: number;
  readonly dueAt: string | null;
};

const BEGINNING = Date.UTC(2026, 0, 5);
const SECOND = 1_000;

class SetClock extends Clock {
  private time = BEGINNING;
  now(): number {
    return this.time;
  }
  set(seconds: number): void {
    this.time = BEGINNING + seconds * SECOND;
  }
  atLeast(seconds: number): void {
    this.time = Math.max(this.time, BEGINNING + seconds * SECOND);
  }
}

/** Contract of due work over every read model store: done when it is due and once, by any number of processes. */
export function schedulerContract(name: string, open: () => Promise<Opened<Ports>>): void {
  describe(`scheduler contract: ${name}`, () => {
    let opened: Opened<Ports>;
    let process: Process;
    const processes: Process[] = [];
    let stopProjection: () => Promise<void>;
    beforeAll(async () => {
      opened = await open();
    });
    beforeEach(async () => {
      const model = dueModel();
      await opened.readModels.prepare(model);
      const stopping = new AbortController();
      const { eventLog } = new Tallies(opened.eventStore, keyring);
      const projecting = runProjection({ eventLog, ...opened }, model, stopping.signal);
      stopProjection = () => {
        stopping.abort();
        return projecting;
      };
      process = start(model);
    });
    afterEach(async () => {
      await Promise.all(processes.splice(0).map((one) => one.stop()));
      await stopProjection();
    });
    afterAll(() => opened.close());

    function start(model: ReadModel<TallyDue>, options: Options = {}): Process {
      const started = new Process(opened, model, options);
      processes.push(started);
      return started;
    }

    test('work is done when it is due, and not before', async () => {
      await process.add('later', 20);
      await process.add('sooner', 10);
      await process.untilIdle();
      expect(process.done).toEqual([]);
      process.clock.set(10);
      await process.until(() => process.done.length > 0);
      await process.untilIdle();
      expect(process.done).toEqual(['sooner']);
      process.clock.set(20);
      await process.until(() => process.done.length > 1);
      expect(process.done).toEqual(['sooner', 'later']);
    });

    test('work that is already due when it is written is done at once', async () => {
      process.clock.set(100);
      await process.add('late', 10);
      await process.until(() => process.done.includes('late'));
    });

    test('postponed work is done at its new time, and cleared work is not done', async () => {
      await process.add('put off', 10);
      await process.add('put off', 10);
      await process.add('cleared', 10);
      await process.clear('cleared');
      process.clock.set(19);
      await process.untilIdle();
      expect(process.done).toEqual([]);
      process.clock.set(20);
      await process.until(() => process.done.length > 0);
      await process.untilIdle();
      expect(process.done).toEqual(['put off']);
    });

    test('work is done once by several processes, since only one of them can claim it', async () => {
      const others = [start(process.model), start(process.model)];
      const names = Array.from({ length: 20 }, (_, n) => `shared ${n}`);
      await Promise.all(names.map((one) => process.add(one, 10)));
      await process.until(async () => (await process.pending()).length === names.length);
      for (const { clock } of [process, ...others]) clock.set(10);
      await process.until(async () => (await process.pending()).length === 0);
      for (const one of names) expect(await process.tallies.amounts(process.idOf(one))).toEqual([10, -10]);
      await process.until(() => [process, ...others].flatMap(({ done }) => done).length >= names.length);
      expect([process, ...others].flatMap(({ done }) => done).toSorted()).toEqual(names.toSorted());
    });

    test('work that came due while no process ran, or was started by one that died, is done by the next', async () => {
      const dying = start(process.model, { dies: true });
      await process.stop();
      for (const one of ['begun', 'missed']) await dying.add(one, one === 'begun' ? 10 : 20);
      dying.clock.set(10);
      await dying.until(() => dying.begun.includes('begun'));
      await dying.stop();
      expect(dying.done).toEqual([]);
      const next = start(process.model);
      next.clock.set(20);
      await next.until(() => next.done.length === 2);
      expect(next.done.toSorted()).toEqual(['begun', 'missed']);
    });

    test('work that no event announces, since a rebuilt model contains it, is done', async () => {
      await process.untilIdle();
      await stopProjection();
      const { model } = process;
      const checkpoint = (await opened.checkpoints.get(model.name)) ?? '';
      const dueAt = new Date(BEGINNING + 10 * SECOND).toISOString();
      const document = { id: process.idOf('rebuilt'), programId: 'program-1', sum: 10, dueAt };
      await opened.readModels.beginRebuild(model);
      await opened.readModels.fillRebuild(model, [{ document, position: checkpoint }]);
      await opened.readModels.swapRebuild(model, checkpoint);
      process.clock.set(10 * 60);
      await process.until(() => process.begun.includes('rebuilt'));
    });

    test('failing work is retried, and delays no other', async () => {
      process.failing.add('failing');
      await process.add('failing', 10);
      await process.add('good', 11);
      process.clock.set(11);
      await process.until(() => process.done.includes('good') && process.failures.length > 0);
      process.clock.set(20);
      await process.until(() => process.failures.length > 1);
      process.failing.clear();
      process.clock.set(60);
      await process.until(() => process.done.includes('failing'));
    });

    test('the backlog of one program does not delay another', async () => {
      const flood = Array.from({ length: 250 }, (_, n) => `flood ${n}`);
      for (const one of flood) process.hanging.add(one);
      await Promise.all(flood.map((one) => process.add(one, 10, 'flooded')));
      process.clock.set(10);
      await process.until(() => process.begun.length > 0);
      await process.add('other', 5, 'small');
      await process.until(() => process.done.includes('other'));
      expect(process.done).toEqual(['other']);
      process.letGo();
      await process.until(() => process.done.length === flood.length + 1);
    });

    test('work that was due before a given time and position is left to the caller', async () => {
      await process.add('before', 10);
      await process.add('after', 20);
      process.clock.set(5);
      const head = await process.tallies.eventLog.head();
      await process.stop();
      const next = start(process.model, { since: { position: head, time: BEGINNING + 10 * SECOND } });
      next.clock.set(30);
      await next.until(() => next.done.includes('after'));
      await next.untilIdle();
      expect(next.done).toEqual(['after']);
    });
  });
}

type Options = { readonly dies?: boolean; readonly since?: DueWork<TallyDue>['since'] };

const dueModel = (name = uniqueName('due')): ReadModel<TallyDue> => ({
  name,
  categories: ['tally'],
  handles: ['Added'],
  indexes: { program: ['programId', 'dueAt'] },
  touches: ({ aggregateId }) => (aggregateId.startsWith(name) ? aggregateId : null),
  evolve(row, event) {
    const { programId } = event.metadata;
    const sum = (row?.sum ?? 0) + (event as unknown as TallyEvent).data.amount;
    const dueAt = sum === 0 ? null : new Date(BEGINNING + sum * SECOND).toISOString();
    return { id: event.aggregateId, programId, sum, dueAt };
  },
});

/** A process that runs the projection and the scheduler, with its own clock. */
class Process {
  readonly clock = new SetClock();
  readonly tallies: Tallies;
  /** Names of the work that was started, and of the work that this process has done by its own append. */
  readonly begun: string[] = [];
  readonly done: string[] = [];
  readonly failures: unknown[] = [];
  readonly failing = new Set<string>();
  readonly hanging = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly running: Promise<unknown>;
  private readonly released = Promise.withResolvers<void>();
  private commands = 0;

  constructor(
    private readonly ports: Ports,
    readonly model: ReadModel<TallyDue>,
    private readonly options: Options,
  ) {
    this.tallies = new Tallies(ports.eventStore, keyring);
    const followed = { eventLog: this.tallies.eventLog, partitions: new Partitions(), ...ports };
    const scheduler = new Scheduler(followed, this.clock, new TrustedClock(this.clock, []));
    const work: DueWork<TallyDue> = {
      model,
      startedBy: ['Added'],
      index: 'program',
      pending: {},
      time: 'dueAt',
      do: (row) => this.work(row),
      ...(options.since && { since: options.since }),
    };
    this.running = scheduler.run(work, (error) => this.failures.push(error), this.stopping.signal);
  }

  idOf(name: string): string {
    return `${this.model.name}-${name.replaceAll(' ', '-')}`;
  }

  async add(name: string, amount: number, programId = 'program-1'): Promise<void> {
    await this.tallies.add(
      this.idOf(name),
      [amount],
      contextOf(`${this.model.name} ${(this.commands += 1)}`, programId),
    );
  }

  async clear(name: string): Promise<void> {
    await this.tallies.clear(this.idOf(name), contextOf(`${this.model.name} clear ${name}`));
  }

  async pending(): Promise<readonly TallyDue[]> {
    const page = {
      programId: 'program-1',
      index: 'program',
      equals: { programId: 'program-1' },
      range: { above: '' },
      order: 'asc',
    } as const;
    return (await this.ports.readModels.page(this.model, { ...page, limit: 100 })).documents;
  }

  letGo(): void {
    this.hanging.clear();
    this.released.resolve();
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const ended = this.running.then(() => Promise.reject(new Error('It was stopped')));
    ended.catch(() => undefined);
    while (!(await condition())) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5))]);
  }

  /** The scheduler has seen all documents and done the due work, in the order of the event store. */
  async untilIdle(): Promise<void> {
    const probe = `probe ${(this.commands += 1)}`;
    this.clock.atLeast(1);
    await this.add(probe, 1);
    await this.until(() => this.done.includes(probe));
    this.done.splice(this.done.indexOf(probe), 1);
  }

  async stop(): Promise<void> {
    this.letGo();
    this.stopping.abort();
    await this.running;
  }

  private async work({ id, programId, dueAt }: TallyDue): Promise<void> {
    const name = id.slice(this.model.name.length + 1).replaceAll('-', ' ');
    this.begun.push(name);
    if (this.options.dies) throw new Error('It died before its append');
    if (this.failing.has(name)) throw new Error('It fails');
    if (this.hanging.has(name)) await this.released.promise;
    const result = await this.tallies.clear(
      id,
      contextOf(`clear ${id} ${String(dueAt)} ${String(Math.random())}`, programId),
    );
    if (result.events.length > 0) this.done.push(name);
  }
}

const keyring = new KeysInMemory();
