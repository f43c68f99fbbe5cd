import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { LRUCache } from 'lru-cache';
import {
  EventUnreadable,
  isOpened,
  EventLog,
  KeyLost,
  ProgramGone,
  sleep,
  TemporaryFailure,
  type Followable,
  type Follower,
  type Unopened,
} from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import {
  BEHIND_PARKED,
  isSame,
  type MessageParked,
  type Parked,
  type ParkedCommand,
  type ParkedEvent,
  type ReplayRequested,
  type Source,
} from '@app/domain/parked';
import { HandleParked } from './parked.handler.js';
import { ids, systemContext } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';

/** A worker that handles messages about events of the record, in order per key. */
export type ParkingWorker<Item> = {
  readonly name: string;
  keyOf(item: Item): string;
  sourceOf(item: Item): Source & { readonly programId: string };
  /** The message about an event, read again for a replay; `null` when there is none any more. */
  read(event: Recorded<Message>): Item | null;
  handle(item: Item): Promise<void>;
  /** Told of each message that is parked, and why. */
  onParked(error: unknown, source: Source): void;
};

/**
 * The message has to wait for something that others do not need. It is parked at once and not reported as a failure;
 * whoever throws this sees to it that a replay is asked for.
 */
export abstract class KeyMustWait extends Error {}

type Place = { readonly worker: string; readonly key: string };

type Waiting = {
  /** The list to park in, and whether something waits in it. */
  readonly parkedId: string;
  readonly isBehind: boolean;
  readonly waiting: readonly Source[];
  /** A list cannot be read, so nobody knows whether something waits in it. */
  readonly isBlocked: boolean;
};

/** Keys of which something waits at a worker, or may. */
export class ParkedKeys {
  /** @param mayBeAny a list cannot be read, so it may be of any key */
  constructor(
    private readonly keys: Set<string>,
    private readonly mayBeAny: boolean,
  ) {}

  has(key: string): boolean {
    return this.mayBeAny || this.keys.has(key);
  }

  add(key: string): void {
    this.keys.add(key);
  }
}

/** Keys that are remembered to have nothing parked. */
const KNOWN_KEYS = 20_000;
/** Pauses in ms before a message is tried again. */
const PAUSES_MS = [50, 200, 1_000];

/**
 * A message that cannot be handled is tried again, then parked with its cause and with everything of the same key that
 * comes after it, and the rest goes on. What is parked is a fact of the record, so it survives a restart, moves with its
 * key to another process, and waits for somebody to ask for a replay. What fails for a time is not parked.
 */
@Injectable()
export class Parking {
  /**
   * Keys in which nothing is parked. Only the owner of a key parks messages in it, one at a time, so an entry stays valid until
   * this process parks something, or the key changes its owner.
   */
  private readonly free = new LRUCache<string, true>({ max: KNOWN_KEYS });

  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly lookups: Lookups,
  ) {}

  /** Call it for one message of a key at a time; a message of a deleted program is dropped. @throws TemporaryFailure: call it again later */
  async handle<Item>(worker: ParkingWorker<Item>, item: Item): Promise<void> {
    const { programId, stream, revision } = worker.sourceOf(item);
    const source = { stream, revision };
    try {
      await this.handleOrPark(worker, item, programId, source);
    } catch (error) {
      if (!(error instanceof ProgramGone)) throw error;
      worker.onParked(error, source);
    }
  }

  private async handleOrPark<Item>(
    worker: ParkingWorker<Item>,
    item: Item,
    programId: string,
    source: Source,
  ): Promise<void> {
    const place = { worker: worker.name, key: worker.keyOf(item) };
    const cacheKey = `${worker.name} ${programId} ${place.key}`;
    // A replay elsewhere may handle what waits between looking and parking; then nothing is parked, and this one is next.
    while (!this.free.has(cacheKey)) {
      const { parkedId, waiting, isBehind, isBlocked } = await this.waitingOf(programId, place);
      if (waiting.some(isSame(source))) return;
      if (waiting.length === 0 && !isBlocked) this.free.set(cacheKey, true);
      else
        await this.park(programId, parkedId, {
          ...place,
          source,
          cause: isBehind ? BEHIND_PARKED : 'ParkedUnreadable',
        });
    }
    try {
      await tryAgain(() => worker.handle(item));
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      this.free.delete(cacheKey);
      const { parkedId } = await this.waitingOf(programId, place);
      await this.park(programId, parkedId, { ...place, source, cause: nameOf(error) });
      if (!(error instanceof KeyMustWait)) worker.onParked(error, source);
    }
  }

  /** Call it when a worker becomes the owner of keys: their former owner may have parked messages in them. */
  takeOver(worker: string): void {
    for (const key of this.free.keys()) if (key.startsWith(`${worker} `)) this.free.delete(key);
  }

  /** Whether a message waits at a worker, as far as the lists of what waits can be read. */
  async isWaiting(programId: string, place: Place, source: Source): Promise<boolean> {
    return (await this.waitingOf(programId, place)).waiting.some(isSame(source));
  }

  /** Parks an event that a worker passes over by its stream, without anything behind it: the worker starts anew when it is mended. */
  async note(worker: string, { programId, stream, revision, cause }: Unopened): Promise<void> {
    const [place, source] = [
      { worker, key: stream },
      { stream, revision },
    ];
    const { parkedId, waiting } = await this.waitingOf(programId, place);
    if (waiting.some(isSame(source))) return;
    await this.park(programId, parkedId, { ...place, source, cause }).catch((error: unknown) => {
      // Nothing can be written for it, and the read model passes it over all the same.
      if (!(error instanceof ProgramGone)) throw error;
    });
  }

  /** Ends the waiting of what a worker no longer passes over, after it has started anew. */
  async finish(worker: string, isPassedOver: (key: string) => Promise<boolean>): Promise<void> {
    for (const [parkedId, { programId, key }] of (await this.everParked(worker)).lists) {
      const parked = await this.read(programId, parkedId);
      if (parked === 'unreadable' || !parked || parked.waiting.length === 0 || (await isPassedOver(key))) continue;
      for (const source of parked.waiting)
        await this.execute(programId, parkedId, { type: 'FinishParked', data: { worker, key, source } });
    }
  }

  /** Keys of which something waits at a worker, as of now; some of these may have been replayed since they were parked. */
  async keysOf(worker: string): Promise<ParkedKeys> {
    const { lists, isComplete } = await this.everParked(worker);
    return new ParkedKeys(new Set([...lists.values()].map(({ key }) => key)), !isComplete);
  }

  /** Carries out the replays that are asked of a worker. */
  replays<Item>(worker: ParkingWorker<Item>): Follower {
    const handle = async (events: readonly Followable[]): Promise<void> => {
      for (const event of events.filter(isOpened) as readonly Recorded<ParkedEvent>[])
        if (event.type === 'ReplayRequested' && event.data.worker === worker.name)
          await this.replay(worker, event).catch((error: unknown) => {
            // Where the list itself cannot be read, or its program is gone, others are replayed all the same.
            if (!(error instanceof EventUnreadable || error instanceof ProgramGone)) throw error;
            worker.onParked(error, event);
          });
    };
    return { name: `${worker.name} replays`, categories: ['parked'], handle };
  }

  /** In the order they came, until nothing waits or one fails again. */
  private async replay<Item>(
    worker: ParkingWorker<Item>,
    { aggregateId, metadata: { programId }, data: { key } }: Recorded<ReplayRequested>,
  ): Promise<void> {
    const place = { worker: worker.name, key };
    const next = async (): Promise<Source | undefined> =>
      (await this.lookups.parked(programId, aggregateId))?.waiting[0];
    const failed = (source: Source, cause: string): Promise<unknown> =>
      this.execute(programId, aggregateId, { type: 'NoteReplayFailure', data: { ...place, source, cause } });
    const first = await next();
    if (first && (await this.isBehindAnother(programId, place, aggregateId)))
      return void (await failed(first, BEHIND_PARKED));
    for (let source = first; source; source = await next()) {
      try {
        const event = await this.eventLog.at(source.stream, source.revision);
        const item = event ? worker.read(event) : null;
        if (item !== null) await worker.handle(item);
      } catch (error) {
        if (error instanceof TemporaryFailure) throw error;
        await failed(source, nameOf(error));
        return worker.onParked(error, source);
      }
      await this.execute(programId, aggregateId, { type: 'FinishParked', data: { ...place, source } });
    }
  }

  /**
   * What waits of a key. Where a list of that cannot be read, nothing of the key may be handled, and what comes waits in a
   * list after it; that one stays behind the first when it can be read again.
   */
  private async waitingOf(programId: string, { worker, key }: Place): Promise<Waiting> {
    const waiting: Source[] = [];
    let isBlocked = false;
    let last: Pick<Waiting, 'parkedId' | 'isBehind'> | null = null;
    for (let successor = 0; ; successor += 1) {
      const parkedId = ids.parked(programId, worker, key, successor);
      const parked = await this.read(programId, parkedId);
      if (parked === 'unreadable') {
        [isBlocked, last] = [true, null];
        continue;
      }
      const isBehind = parked !== null && parked.waiting.length > 0;
      if (last === null || isBehind) last = { parkedId, isBehind };
      if (parked === null) return { ...last, waiting, isBlocked };
      waiting.push(...parked.waiting);
    }
  }

  /** Whether something of the key waits in a list before this one. */
  private async isBehindAnother(programId: string, { worker, key }: Place, parkedId: string): Promise<boolean> {
    for (let successor = 0; ; successor += 1) {
      const id = ids.parked(programId, worker, key, successor);
      if (id === parkedId) return false;
      const parked = await this.read(programId, id);
      if (parked === null) return false;
      if (parked !== 'unreadable' && parked.waiting.length > 0) return true;
    }
  }

  private read(programId: string, parkedId: string): Promise<Parked | null | 'unreadable'> {
    return this.lookups.parked(programId, parkedId).catch((error: unknown) => {
      if (error instanceof EventUnreadable) return 'unreadable' as const;
      throw error;
    });
  }

  /** From the record: the read model may be behind. Incomplete where nothing of a list can be read, as then nobody knows whose it is. */
  private async everParked(worker: string): Promise<{
    readonly lists: ReadonlyMap<string, { readonly programId: string; readonly key: string }>;
    readonly isComplete: boolean;
  }> {
    const lists = new Map<string, { readonly programId: string; readonly key: string }>();
    const [known, unread] = [new Set<string>(), new Set<string>()];
    const head = await this.eventLog.head();
    if (head === null) return { lists, isComplete: true };
    for await (const { all, position } of this.eventLog.follow<ParkedEvent>({
      after: null,
      categories: ['parked'],
      signal: new AbortController().signal,
    })) {
      for (const event of all) {
        (isOpened(event) ? known : unread).add(event.stream);
        if (isOpened(event) && event.data.worker === worker)
          lists.set(event.aggregateId, { programId: event.metadata.programId, key: event.data.key });
      }
      if (position >= head) break;
    }
    return { lists, isComplete: [...unread].every((stream) => known.has(stream)) };
  }

  private park(programId: string, parkedId: string, data: MessageParked['data']): Promise<unknown> {
    return this.execute(programId, parkedId, { type: 'ParkMessage', data });
  }

  private execute(programId: string, parkedId: string, intent: ParkedCommand): Promise<unknown> {
    return this.commands.execute(new HandleParked(parkedId, intent, systemContext(programId, 'parking')));
  }
}

async function tryAgain(work: () => Promise<void>): Promise<void> {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      // Trying again opens nothing that cannot be opened, and brings back no key and no program.
      if (
        error instanceof TemporaryFailure ||
        error instanceof KeyMustWait ||
        error instanceof EventUnreadable ||
        error instanceof KeyLost ||
        error instanceof ProgramGone
      )
        throw error;
      await sleep(pause, new AbortController().signal);
    }
  }
  await work();
}

/** Never the message: it may quote what a person wrote. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'UnknownError');
