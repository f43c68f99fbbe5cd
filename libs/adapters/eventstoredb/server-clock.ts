import { isDeepStrictEqual } from 'node:util';
import { EngineClock, type Bounds } from '@app/eventing';
import type { JsonObject } from '@app/kernel';

/**
 * An event of this process: its place, its timestamp, and between which times of the monotonic clock it was appended.
 */
type Appended = {
  readonly stream: string;
  readonly revision: number;
  readonly metadata: JsonObject;
  readonly began: number;
  readonly ended: number;
};
type Stored = { readonly created: Date; readonly metadata: JsonObject };
type Sample = Bounds & { readonly learntAt: number; readonly ownAtZero: number };

/** How long (ms) a timestamp shows the server's clock. */
const SAMPLE_LIFETIME_MS = 60 * 60 * 1000;
/**
 * When this machine's clock moves by more than this against the monotonic one, the machine may have slept, and the
 * monotonic clock with it.
 */
const MAY_HAVE_SLEPT_MS = 1_000;

/**
 * The server's clock, from the timestamps of events. The server cannot be asked for it, so the newest event that this
 * process has appended is read again.
 */
export class EventStoreDbClock extends EngineClock {
  override readonly engine = 'EventStoreDB';
  private newest: Appended | null = null;
  private sample: Sample | null = null;

  constructor(private readonly read: (stream: string, revision: number) => Promise<Stored | undefined>) {
    super();
  }

  /** Called with each append. */
  noteAppend(appended: Appended): void {
    this.newest = appended;
  }

  async atZero(): Promise<Bounds | null> {
    const { newest } = this;
    if (newest) {
      const stored = await this.read(newest.stream, newest.revision);
      if (this.newest === newest) this.newest = null;
      // The server treats an append of known ids as a repetition: then the timestamp is from another time.
      if (stored && isDeepStrictEqual(stored.metadata, newest.metadata))
        this.sample = {
          least: stored.created.getTime() - newest.ended,
          most: stored.created.getTime() - newest.began,
          learntAt: newest.ended,
          ownAtZero: ownAtZero(),
        };
    }
    const { sample } = this;
    if (
      !sample ||
      performance.now() - sample.learntAt > SAMPLE_LIFETIME_MS ||
      Math.abs(ownAtZero() - sample.ownAtZero) > MAY_HAVE_SLEPT_MS
    )
      return (this.sample = null);
    return sample;
  }
}

const ownAtZero = (): number => Date.now() - performance.now();
