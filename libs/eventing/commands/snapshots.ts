import type { Message, StreamFold } from '@app/kernel';
import type { EventLog } from '../reading/event-log.js';
import type { SnapshotStore } from '../ports/snapshot-store.js';
import type { Folded } from './folded.js';
import { HandledCommands, type StoredCommands } from './handled-commands.js';

/** A snapshot is stored after this many events. To read so many takes about as long as the rest of a command. */
export const EVENTS_PER_SNAPSHOT = 50;

/** Raise it when the stored form below changes. */
const FORMAT = 1;

type Stored<State> = Omit<Folded<State>, 'handled'> & { readonly version: string; readonly handled: StoredCommands };
type Snapshotted<State, Event extends Message> = StreamFold<State, never, Event>;

/**
 * Folded streams in a store, so that a long one need not be read from its beginning. Only of aggregates that declare a
 * version of their state.
 */
export class Snapshots {
  constructor(
    private readonly store: SnapshotStore,
    private readonly eventLog: EventLog,
  ) {}

  /** The stored fold; `null` when there is none that this build can use and that the stream continues. */
  async load<State, Event extends Message>(
    aggregate: Snapshotted<State, Event>,
    stream: string,
  ): Promise<Folded<State> | null> {
    if (aggregate.snapshotVersion === undefined) return null;
    const text = await this.store.get(stream).catch(() => null);
    const folded = text === null ? null : parseSnapshot(aggregate, text);
    return folded && (await this.isOfStream(stream, folded)) ? folded : null;
  }

  /** Stores the fold in the background. */
  save<State, Event extends Message>(
    aggregate: Snapshotted<State, Event>,
    stream: string,
    folded: Folded<State>,
  ): void {
    // A lost snapshot costs time at the next reading, and is no reason for a command to fail.
    setImmediate(() => void this.store.put(stream, printSnapshot(aggregate, folded)).catch(() => undefined));
  }

  /** Events may have been restored from a backup, or copied from another store, since the snapshot was stored. */
  private async isOfStream(stream: string, { revision, position, handled }: Folded<unknown>): Promise<boolean> {
    const [last] = revision === 'no-stream' ? [] : await this.eventLog.metadata(stream, revision, 1);
    return last?.position === position && Date.parse(last.metadata.recordedAt) === handled.last?.recordedAt;
  }
}

export const printSnapshot = <State, Event extends Message>(
  aggregate: Snapshotted<State, Event>,
  folded: Folded<State>,
): string =>
  JSON.stringify({
    ...folded,
    version: versionOf(aggregate),
    handled: folded.handled.stored,
  } satisfies Stored<State>);

/** `null` for a snapshot of another build. */
export function parseSnapshot<State, Event extends Message>(
  aggregate: Snapshotted<State, Event>,
  text: string,
): Folded<State> | null {
  try {
    const { version, handled, ...folded } = JSON.parse(text) as Stored<State>;
    return version === versionOf(aggregate) ? { ...folded, handled: HandledCommands.from(handled) } : null;
  } catch {
    return null;
  }
}

const versionOf = ({ snapshotVersion = 0 }: { readonly snapshotVersion?: number }): string =>
  `${FORMAT}.${snapshotVersion}`;
