import type { Message, Position, Recorded } from '@app/kernel';

/** How many commands of a stream are remembered, to within a chunk. */
export const REMEMBERED_COMMANDS = 1_000;
/** Each append copies the newest chunk. */
const CHUNK = 20;

/** The end of the part of a stream that is not remembered: its last event, and when that was stored (ms since 1970). */
export type Forgotten = { readonly revision: number; readonly position: Position; readonly recordedAt: number };

/** Plain data. */
export type StoredCommands = {
  readonly chunks: readonly {
    readonly ids: readonly string[];
    readonly revisions: readonly number[];
    readonly end: Forgotten;
  }[];
  readonly forgotten: Forgotten | null;
};

type Chunk = { readonly firstRevisions: ReadonlyMap<string, number>; readonly end: Forgotten };

/**
 * The newest commands of a stream, and the first event of each. Immutable, so that folds can share it; at most {@link
 * REMEMBERED_COMMANDS}, so that it does not grow with the stream.
 */
export class HandledCommands {
  static readonly none = new HandledCommands([], null);

  private constructor(
    private readonly chunks: readonly Chunk[],
    /** `null` while everything is remembered. */
    readonly forgotten: Forgotten | null,
  ) {}

  static from({ chunks, forgotten }: StoredCommands): HandledCommands {
    return new HandledCommands(
      chunks.map(({ ids, revisions, end }) => ({
        firstRevisions: new Map(ids.map((id, index) => [id, revisions[index] as number])),
        end,
      })),
      forgotten,
    );
  }

  get stored(): StoredCommands {
    return {
      chunks: this.chunks.map(({ firstRevisions, end }) => ({
        ids: [...firstRevisions.keys()],
        revisions: [...firstRevisions.values()],
        end,
      })),
      forgotten: this.forgotten,
    };
  }

  /** The last event of the stream. */
  get last(): Forgotten | undefined {
    return this.chunks.at(-1)?.end;
  }

  get size(): number {
    return this.chunks.reduce((sum, { firstRevisions }) => sum + firstRevisions.size, 0);
  }

  /** Revision of the command's first event; `undefined` when it is not remembered. */
  firstRevision(commandId: string): number | undefined {
    return this.chunks.find(({ firstRevisions }) => firstRevisions.has(commandId))?.firstRevisions.get(commandId);
  }

  /** Returns a copy that includes the following events. */
  including(events: readonly Recorded<Message>[]): HandledCommands {
    const chunks = [...this.chunks];
    let { forgotten } = this;
    // The newest chunk is copied once, at the first write.
    let open: Map<string, number> | null = null;
    for (const { metadata, revision, position } of events) {
      const isKnown = chunks.some(({ firstRevisions }) => firstRevisions.has(metadata.commandId));
      const newest = chunks.at(-1);
      if (!newest || (!isKnown && newest.firstRevisions.size === CHUNK))
        chunks.push({ firstRevisions: (open = new Map()), end: { revision, position, recordedAt: 0 } });
      else open ??= new Map(newest.firstRevisions);
      if (!isKnown) open.set(metadata.commandId, revision);
      chunks[chunks.length - 1] = {
        firstRevisions: open,
        end: { revision, position, recordedAt: Date.parse(metadata.recordedAt) },
      };
      if (chunks.length > REMEMBERED_COMMANDS / CHUNK) forgotten = chunks.shift()?.end ?? forgotten;
    }
    return new HandledCommands(chunks, forgotten);
  }
}
