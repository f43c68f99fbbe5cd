import type { MessagePort } from 'node:worker_threads';
import type { EngineClock } from './engine-clock.js';
import type { EventStore } from './event-store.js';
import type { ExportFiles } from './export-files.js';
import type { Leadership } from './leadership.js';
import type { Partitions } from './partitions.js';
import type { Checkpoints, ReadModelStore } from './read-model-store.js';
import type { SnapshotStore } from './snapshot-store.js';
import type { TopicLog } from './topic-log.js';
import type { WrappedKeyring } from '../sealing/wrapped-keyring.js';

/** The engines of a process, behind their ports. */
export type Engines = {
  readonly eventStore: EventStore;
  readonly readModels: ReadModelStore;
  readonly checkpoints: Checkpoints;
  readonly snapshots: SnapshotStore;
  readonly exportFiles: ExportFiles;
  readonly keyring: WrappedKeyring;
  readonly leadership: Leadership;
  /** How followers and read models are divided. */
  readonly partitions: Partitions;
  readonly topics: TopicLog;
  /** Clocks of the engines that may run on another machine. */
  readonly clocks: readonly EngineClock[];
  /**
   * Lets a second thread of this process use the same engines, through the other end of the port. Absent unless all are
   * embedded: threads can connect to servers by themselves.
   */
  readonly serveThread?: (port: MessagePort) => void;
  /** Finishes current work, ends subscriptions and consumers, and closes files and connections. */
  close(): Promise<void>;
};
