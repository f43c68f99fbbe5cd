import { count } from './row.js';
import { median, type Measured } from './statistics.js';
import type { LoadAnswer } from './load.js';
import type { Work } from './measured-server.js';

/** A round of load, and the server's work until its followers had caught up. */
export type Round = LoadAnswer & Work;

/** Rounds of all sides in turn, after one warm-up of each. @returns the results of each side */
export async function alternate<Result>(
  rounds: number,
  sides: readonly (() => Promise<Result>)[],
): Promise<readonly Result[][]> {
  const results = sides.map((): Result[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? '  warm-up\n' : `  round ${round} of ${rounds}\n`);
    for (const [index, side] of sides.entries()) {
      const result = await side();
      if (round > 0) results[index]?.push(result);
    }
  }
  return results;
}

/** The median of the ratios of each round. */
export const ratioOf = <Result>(
  ones: readonly Result[],
  others: readonly Result[],
  of: (result: Result) => number,
): number => median(ones.map((one, index) => of(one) / of(others[index] as Result)));

export const medianOf = <Round>(rounds: readonly Round[], of: (round: Round) => number): number =>
  median(rounds.map(of));

export const perSecond = ({ perSecond }: { readonly perSecond: number }): number => perSecond;
/** Including the time in which the followers caught up. */
export const sustained = ({ sent, seconds }: Round): number => sent / seconds;
export const cpuEach = ({ cpuMicros, sent }: Round): number => cpuMicros / sent;

export const rates = (rounds: readonly Measured[]): string =>
  `${count(medianOf(rounds, perSecond))}/s (p50 ${medianOf(rounds, ({ p50Ms }) => p50Ms).toFixed(1)}, p99 ${medianOf(rounds, ({ p99Ms }) => p99Ms).toFixed(1)} ms)`;
