import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { EventUnreadable, isOpened, Journal, sleep, TemporaryFailure, type Followable, type Follower, type Unopened } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { BEHIND_PARKED, isSame, type MessageParked, type ParkedCommand, type ParkedEvent, type ReplayRequested, type Source } from '@app/domain/parked';
import { HandleParked } from './commands.js';
import { ids, stepOf } from './ids.js';
import { Lookups } from './lookups.js';

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

/** Pauses in ms before a message is tried again. */
const PAUSES_MS = [50, 200, 1_000];

/**
 * A message that cannot be handled is tried again, then parked with its cause and with everything of the same key that
 * comes after it, and the rest goes on. What is parked is a fact of the record, so it survives a restart, moves with its
 * key to another process, and waits for somebody to ask for a replay. What fails for a time is not parked.
 */
@Injectable()
export class Parking {
  constructor(
    private readonly commands: CommandBus,
    private readonly journal: Journal,
    private readonly lookups: Lookups,
  ) {}

  /** @throws TemporaryFailure when nothing is wrong with the message: give it again later */
  async handle<Item>(worker: ParkingWorker<Item>, item: Item): Promise<void> {
    const { programId, stream, revision } = worker.sourceOf(item);
    const source = { stream, revision };
    const place = { worker: worker.name, key: worker.keyOf(item) };

    // A replay elsewhere may handle what waits between looking and parking; then nothing is parked, and this one is next.
    for (;;) {
      const { parkedId, waiting, isBlocked } = await this.waitingOf(programId, place);
      if (waiting.some(isSame(source))) return;
      if (waiting.length === 0 && !isBlocked) break;
      await this.park(programId, parkedId, { ...place, source, cause: waiting.length === 0 ? 'ParkedUnreadable' : BEHIND_PARKED });
    }
    try {
      await tryAgain(() => worker.handle(item));
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      const { parkedId } = await this.waitingOf(programId, place);
      await this.park(programId, parkedId, { ...place, source, cause: nameOf(error) });
      if (!(error instanceof KeyMustWait)) worker.onParked(error, source);
    }
  }

  /** Parks an event that a worker passes over by its stream, without anything behind it: the worker starts anew when it is mended. */
  async note(worker: string, { programId, stream, revision, cause }: Unopened): Promise<void> {
    const place = { worker, key: stream };
    const { parkedId } = await this.waitingOf(programId, place);
    await this.park(programId, parkedId, { ...place, source: { stream, revision }, cause });
  }

  /** Ends the waiting of what a worker no longer passes over, after it has started anew. */
  async finish(worker: string, isPassedOver: (key: string) => Promise<boolean>): Promise<void> {
    for (const [parkedId, { programId, key }] of await this.everParked(worker)) {
      const { waiting } = await this.lookups.parked(programId, parkedId);
      if (waiting.length === 0 || (await isPassedOver(key))) continue;
      for (const source of waiting) await this.execute(programId, parkedId, { type: 'FinishParked', data: { worker, key, source } });
    }
  }

  /** Keys of which something waits at a worker, as of now; some of these may have been replayed since they were parked. */
  async keysOf(worker: string): Promise<Set<string>> {
    return new Set([...(await this.everParked(worker)).values()].map(({ key }) => key));
  }

  /** Carries out the replays that are asked of a worker. */
  replays<Item>(worker: ParkingWorker<Item>): Follower {
    const handle = async (events: readonly Followable[]): Promise<void> => {
      for (const event of events.filter(isOpened) as readonly Recorded<ParkedEvent>[])
        if (event.type === 'ReplayRequested' && event.data.worker === worker.name) await this.replay(worker, event);
    };
    return { name: `${worker.name} replays`, categories: ['parked'], handle };
  }

  /** In the order they came, until nothing waits or one fails again. */
  private async replay<Item>(worker: ParkingWorker<Item>, { aggregateId, stream, revision, metadata: { programId }, data: { key } }: Recorded<ReplayRequested>): Promise<void> {
    const place = { worker: worker.name, key };
    const next = async (): Promise<Source | undefined> => (await this.lookups.parked(programId, aggregateId)).waiting[0];
    // Where the list itself cannot be read, others are replayed all the same.
    const failed = (error: unknown): undefined => {
      if (!(error instanceof EventUnreadable)) throw error;
      worker.onParked(error, { stream, revision });
    };
    for (let source = await next().catch(failed); source; source = await next()) {
      try {
        const event = await this.journal.at(source.stream, source.revision);
        const item = event ? worker.read(event) : null;
        if (item !== null) await worker.handle(item);
      } catch (error) {
        if (error instanceof TemporaryFailure) throw error;
        await this.execute(programId, aggregateId, { type: 'NoteReplayFailure', data: { ...place, source, cause: nameOf(error) } });
        return worker.onParked(error, source);
      }
      await this.execute(programId, aggregateId, { type: 'FinishParked', data: { ...place, source } });
    }
  }

  /** What waits of a key. Where that cannot be read, nothing of the key may be handled, and what comes waits in a stream after it. */
  private async waitingOf(programId: string, { worker, key }: Place): Promise<{ readonly parkedId: string; readonly waiting: readonly Source[]; readonly isBlocked: boolean }> {
    for (let successor = 0; ; successor += 1) {
      const parkedId = ids.parked(programId, worker, key, successor);
      try {
        return { parkedId, waiting: (await this.lookups.parked(programId, parkedId)).waiting, isBlocked: successor > 0 };
      } catch (error) {
        if (!(error instanceof EventUnreadable)) throw error;
      }
    }
  }

  /** From the record: the read model may be behind. By the id of the stream that says what waits. */
  private async everParked(worker: string): Promise<ReadonlyMap<string, { readonly programId: string; readonly key: string }>> {
    const found = new Map<string, { readonly programId: string; readonly key: string }>();
    const head = await this.journal.head();
    if (head === null) return found;
    for await (const { events, position } of this.journal.follow<ParkedEvent>({ after: null, categories: ['parked'], signal: new AbortController().signal })) {
      for (const { type, data, aggregateId, metadata } of events) if (type === 'MessageParked' && data.worker === worker) found.set(aggregateId, { programId: metadata.programId, key: data.key });
      if (position >= head) break;
    }
    return found;
  }

  private park(programId: string, parkedId: string, data: MessageParked['data']): Promise<unknown> {
    return this.execute(programId, parkedId, { type: 'ParkMessage', data });
  }

  private execute(programId: string, parkedId: string, wish: ParkedCommand): Promise<unknown> {
    return this.commands.execute(new HandleParked(parkedId, wish, stepOf(programId, 'parking')));
  }
}

async function tryAgain(work: () => Promise<void>): Promise<void> {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      // What cannot be opened is not opened by trying again.
      if (error instanceof TemporaryFailure || error instanceof KeyMustWait || error instanceof EventUnreadable) throw error;
      await sleep(pause, new AbortController().signal);
    }
  }
  await work();
}

/** Never the message: it may quote what a person wrote. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'UnknownError');
