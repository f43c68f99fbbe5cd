import type { EngineClock } from './engine-clock.js';
import type { EventStore } from './event-store.js';
import type { Leadership } from './leadership.js';
import type { Checkpoints, ReadModelStore } from './read-model-store.js';
import type { TopicLog } from './topic-log.js';
import type { WrappedKeyring } from '../sealing/wrapped-keyring.js';

/** The engines a process works on, behind their ports. */
export type Engines = {
  readonly eventStore: EventStore;
  readonly readModels: ReadModelStore;
  readonly checkpoints: Checkpoints;
  readonly keyring: WrappedKeyring;
  readonly leadership: Leadership;
  readonly topics: TopicLog;
  /** Clocks of those that may run on another machine. */
  readonly clocks: readonly EngineClock[];
  /** Finishes what was begun, ends subscriptions and consumers, and lets go of files and connections. */
  close(): Promise<void>;
};
