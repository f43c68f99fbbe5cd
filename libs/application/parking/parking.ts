import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { LRUCache } from 'lru-cache';
import {
  EventUnreadable,
  isOpened,
  EventLog,
  KeyLost,
  ProgramGone,
  retry,
  TemporaryFailure,
  type Followable,
  type Follower,
  type Unopened,
} from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { BEHIND_PARKED, isSame, type ParkedEvent, type ReplayRequested, type Source } from '@app/domain/parked';
import { Lookups } from '../lookups/lookups.js';
import { ParkedLists, type ParkedKeys, type Place } from './parked-lists.js';

/** A worker that handles messages about events, in order per key. */
export type ParkingWorker<Item> = {
  readonly name: string;
  keyOf(item: Item): string;
  sourceOf(item: Item): Source & { readonly programId: string };
  /** The message about an event, read again for a replay; `null` when it no longer exists. */
  read(event: Recorded<Message>): Item | null;
  handle(item: Item): Promise<void>;
  /** Called with each parked message and its cause. */
  onParked(error: unknown, source: Source): void;
};

/**
 * The message must wait for a condition of its own: it is parked at once, and whoever throws this requests the replay.
 */
export abstract class KeyMustWait extends Error {}

/** Maximum number of keys that are remembered as having nothing parked. */
const KNOWN_KEYS = 20_000;
/** Pauses in ms before a message is retried. */
const PAUSES_MS = [50, 200, 1_000];

/**
 * Retries a message that cannot be handled, then parks it with its cause, together with all later messages of its key;
 * other messages continue. Parking is stored as events, so it survives a restart, moves with its key to another
 * process, and lasts until somebody requests a replay. Temporary failures are not parked.
 */
@Injectable()
export class Parking {
  /** Keys without parked messages: valid while this process owns the key, since only the owner parks messages in it. */
  private readonly free = new LRUCache<string, true>({ max: KNOWN_KEYS });

  private readonly lists: ParkedLists;

  constructor(
    commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly lookups: Lookups,
  ) {
    this.lists = new ParkedLists(commands, eventLog, lookups);
  }

  /**
   * Call it for one message of a key at a time; drops messages of a deleted program. @throws TemporaryFailure: call
   * again
   */
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
    // A replay elsewhere may empty the list meanwhile; then nothing is parked, and this message is handled next.
    while (!this.free.has(cacheKey)) {
      const { parkedId, waiting, isBehind, isBlocked } = await this.lists.waitingOf(programId, place);
      if (waiting.some(isSame(source))) return;
      if (waiting.length === 0 && !isBlocked) this.free.set(cacheKey, true);
      else
        await this.lists.park(programId, parkedId, {
          ...place,
          source,
          cause: isBehind ? BEHIND_PARKED : 'ParkedUnreadable',
        });
    }
    try {
      await retry(() => worker.handle(item), { pauses: PAUSES_MS, onFailure: throwLasting });
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      this.free.delete(cacheKey);
      const { parkedId } = await this.lists.waitingOf(programId, place);
      await this.lists.park(programId, parkedId, { ...place, source, cause: nameOf(error) });
      if (!(error instanceof KeyMustWait)) worker.onParked(error, source);
    }
  }

  /** Call it when a worker becomes the owner of keys: their former owner may have parked messages in them. */
  takeOver(worker: string): void {
    for (const key of this.free.keys()) if (key.startsWith(`${worker} `)) this.free.delete(key);
  }

  /** Whether a message is parked for a worker; unreadable lists are ignored. */
  async isWaiting(programId: string, place: Place, source: Source): Promise<boolean> {
    return (await this.lists.waitingOf(programId, place)).waiting.some(isSame(source));
  }

  /** Parks an event that a worker skips by its stream, without later ones: the worker is rebuilt after a repair. */
  async note(worker: string, { programId, stream, revision, cause }: Unopened): Promise<void> {
    const [place, source] = [
      { worker, key: stream },
      { stream, revision },
    ];
    const { parkedId, waiting } = await this.lists.waitingOf(programId, place);
    if (waiting.some(isSame(source))) return;
    await this.lists.park(programId, parkedId, { ...place, source, cause }).catch((error: unknown) => {
      // The program is gone, so nothing can be written for it; the read model skips the event anyway.
      if (!(error instanceof ProgramGone)) throw error;
    });
  }

  /** Removes parked events that a worker no longer skips, after it has started again. */
  finish(worker: string, isPassedOver: (key: string) => Promise<boolean>): Promise<void> {
    return this.lists.finish(worker, isPassedOver);
  }

  /** Keys of a worker with parked messages; some of these may have been replayed since they were read. */
  keysOf(worker: string): Promise<ParkedKeys> {
    return this.lists.keysOf(worker);
  }

  /** Carries out the replays requested of a worker. */
  replays<Item>(worker: ParkingWorker<Item>): Follower {
    const handle = async (events: readonly Followable[]): Promise<void> => {
      for (const event of events.filter(isOpened) as readonly Recorded<ParkedEvent>[])
        if (event.type === 'ReplayRequested' && event.data.worker === worker.name)
          await this.replay(worker, event).catch((error: unknown) => {
            // When the list itself cannot be read, or its program is gone, other lists are still replayed.
            if (!(error instanceof EventUnreadable || error instanceof ProgramGone)) throw error;
            worker.onParked(error, event);
          });
    };
    return { name: `${worker.name} replays`, categories: ['parked'], handle };
  }

  /** In order, until the list is empty or a message fails again. */
  private async replay<Item>(
    worker: ParkingWorker<Item>,
    { aggregateId, metadata: { programId }, data: { key } }: Recorded<ReplayRequested>,
  ): Promise<void> {
    const place = { worker: worker.name, key };
    const next = async (): Promise<Source | undefined> =>
      (await this.lookups.parked(programId, aggregateId))?.waiting[0];
    const failed = (source: Source, cause: string): Promise<unknown> =>
      this.lists.execute(programId, aggregateId, { type: 'NoteReplayFailure', data: { ...place, source, cause } });
    const first = await next();
    if (first && (await this.lists.isBehindAnother(programId, place, aggregateId)))
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
      await this.lists.execute(programId, aggregateId, { type: 'FinishParked', data: { ...place, source } });
    }
  }
}

/** A retry cannot open an unreadable event, and cannot restore a key or a program. */
const LASTING = [TemporaryFailure, KeyMustWait, EventUnreadable, KeyLost, ProgramGone];

function throwLasting(error: unknown): void {
  if (LASTING.some((type) => error instanceof type)) throw error;
}

/** Never the message: it may quote what a person wrote. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'UnknownError');
