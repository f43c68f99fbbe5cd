import type { CommandBus } from '@nestjs/cqrs';
import { EventUnreadable, isOpened, type EventLog } from '@app/eventing';
import type { MessageParked, Parked, ParkedCommand, ParkedEvent, Source } from '@app/domain/parked';
import { HandleParked } from './parked.handler.js';
import { ids, systemContext } from '../commands/ids.js';
import type { Lookups } from '../lookups/lookups.js';

export type Place = { readonly worker: string; readonly key: string };

type Waiting = {
  /** The list to park in, and whether it contains anything. */
  readonly parkedId: string;
  readonly isBehind: boolean;
  readonly waiting: readonly Source[];
  /** A list cannot be read, so nobody knows whether it contains anything. */
  readonly isBlocked: boolean;
};

/** Keys of a worker that have, or may have, parked messages. */
export class ParkedKeys {
  /** @param mayBeAny a list cannot be read, so it may belong to any key */
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

/** The lists of parked messages, and the commands that change them. */
export class ParkedLists {
  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly lookups: Lookups,
  ) {}

  /** Removes parked events that a worker no longer skips, after it has started again. */
  async finish(worker: string, isPassedOver: (key: string) => Promise<boolean>): Promise<void> {
    for (const [parkedId, { programId, key }] of (await this.everParked(worker)).lists) {
      const parked = await this.read(programId, parkedId);
      if (parked === 'unreadable' || !parked || parked.waiting.length === 0 || (await isPassedOver(key))) continue;
      for (const source of parked.waiting)
        await this.execute(programId, parkedId, { type: 'FinishParked', data: { worker, key, source } });
    }
  }

  /** Keys of a worker with parked messages; some of these may have been replayed since they were read. */
  async keysOf(worker: string): Promise<ParkedKeys> {
    const { lists, isComplete } = await this.everParked(worker);
    return new ParkedKeys(new Set([...lists.values()].map(({ key }) => key)), !isComplete);
  }

  /**
   * The list of a key's parked messages. When one of its lists cannot be read, no message of the key may be handled,
   * and new ones are parked in a list after it, which is replayed after the first once that can be read again.
   */
  async waitingOf(programId: string, { worker, key }: Place): Promise<Waiting> {
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

  /** Whether an earlier list of the key contains anything. */
  async isBehindAnother(programId: string, { worker, key }: Place, parkedId: string): Promise<boolean> {
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

  /**
   * Read from the event store, since the read model may lag. Incomplete when no event of a list can be read, as its key
   * is then unknown.
   */
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

  park(programId: string, parkedId: string, data: MessageParked['data']): Promise<unknown> {
    return this.execute(programId, parkedId, { type: 'ParkMessage', data });
  }

  execute(programId: string, parkedId: string, intent: ParkedCommand): Promise<unknown> {
    return this.commands.execute(new HandleParked(parkedId, intent, systemContext(programId, 'parking')));
  }
}
