/**
 * Snapshots of folded streams. A cache: each may be lost, old, or of another build at any time, and whoever reads one
 * checks it. They contain nothing personal.
 */
export abstract class SnapshotStore {
  /** The last snapshot that was stored for the stream; `null` when there is none. */
  abstract get(stream: string): Promise<string | null>;
  /** Replaces the snapshot of the stream. It need not be durable when this resolves. */
  abstract put(stream: string, snapshot: string): Promise<void>;
}
