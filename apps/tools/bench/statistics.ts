/** The quantile of the values for this share (0 to 1). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The result of `work`, and how many seconds it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - startedAt) / 1_000 };
}

export type Measured = {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** Runs `work` repeatedly in this many concurrent workers until the time is over. */
export async function measure(
  workers: number,
  durationMs: number,
  work: (worker: number, nth: number) => Promise<unknown>,
): Promise<Measured> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const workUntilTheEnd = async (worker: number): Promise<void> => {
    for (let nth = 0, beganAt = startedAt; beganAt < startedAt + durationMs; nth += 1) {
      await work(worker, nth);
      const now = performance.now();
      latencies.push(now - beganAt);
      beganAt = now;
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => workUntilTheEnd(worker)));
  const seconds = (performance.now() - startedAt) / 1_000;
  const count = latencies.length;
  return { count, perSecond: count / seconds, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}
