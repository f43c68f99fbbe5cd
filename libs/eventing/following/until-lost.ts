import { CheckpointMoved } from '../ports/read-model-store.js';

/** A follower's work, which ends too when its passed checkpoint is lost. @throws CheckpointMoved in that case */
export async function untilLost(
  checkpoint: string,
  signal: AbortSignal,
  follow: (signal: AbortSignal, onLost: () => void) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  await follow(AbortSignal.any([signal, lost.signal]), () => lost.abort());
  if (lost.signal.aborted && !signal.aborted) throw new CheckpointMoved(checkpoint);
}
