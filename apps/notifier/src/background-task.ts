/** Work that runs as long as the process does. */
export type BackgroundTask = {
  readonly name: string;
  /** Only one process at a time runs it; the others stand by. */
  readonly isLeaderOnly: boolean;
  /** Until the signal aborts. Called again when it rejects. */
  run(signal: AbortSignal): Promise<void>;
};
