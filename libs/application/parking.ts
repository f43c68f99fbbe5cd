import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Journal, sleep, TemporaryFailure, type Follower } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { BEHIND_PARKED, isSame, type ParkedCommand, type ParkedEvent, type ReplayRequested, type Source } from '@app/domain/parked';
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
    const parkedId = ids.parked(programId, place.worker, place.key);
    const park = (cause: string): Promise<unknown> => this.execute(programId, parkedId, { type: 'ParkMessage', data: { ...place, source, cause } });

    // A replay elsewhere may handle what waits between looking and parking; then nothing is parked, and this one is next.
    for (;;) {
      const { waiting } = await this.lookups.parked(programId, parkedId);
      if (waiting.length === 0) break;
      if (waiting.some(isSame(source))) return;
      await park(BEHIND_PARKED);
    }
    try {
      await tryAgain(() => worker.handle(item));
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      await park(nameOf(error));
      if (!(error instanceof KeyMustWait)) worker.onParked(error, source);
    }
  }

  /** Carries out the replays that are asked of a worker. */
  replays<Item>(worker: ParkingWorker<Item>): Follower {
    const handle = async (events: readonly Recorded<Message>[]): Promise<void> => {
      for (const event of events as readonly Recorded<ParkedEvent>[])
        if (event.type === 'ReplayRequested' && event.data.worker === worker.name) await this.replay(worker, event);
    };
    return { name: `${worker.name} replays`, categories: ['parked'], handle };
  }

  /** In the order they came, until nothing waits or one fails again. */
  private async replay<Item>(worker: ParkingWorker<Item>, { aggregateId, metadata: { programId }, data: { key } }: Recorded<ReplayRequested>): Promise<void> {
    const place = { worker: worker.name, key };
    for (;;) {
      const [source] = (await this.lookups.parked(programId, aggregateId)).waiting;
      if (!source) return;
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

  private execute(programId: string, parkedId: string, wish: ParkedCommand): Promise<unknown> {
    return this.commands.execute(new HandleParked(parkedId, wish, stepOf(programId, 'parking')));
  }
}

async function tryAgain(work: () => Promise<void>): Promise<void> {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TemporaryFailure || error instanceof KeyMustWait) throw error;
      await sleep(pause, new AbortController().signal);
    }
  }
  await work();
}

/** Never the message: it may quote what a person wrote. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'UnknownError');
