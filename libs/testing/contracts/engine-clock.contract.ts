import type { EngineClock } from '@app/eventing';
import type { Opened } from './opened.js';

type Ports = {
  readonly clock: EngineClock;
  /** Does something from which this process learns the engine's time. */
  readonly use: () => Promise<unknown>;
};

/** Clocks have whole milliseconds, and two readings on one machine may be a moment apart. */
const ROUNDING_MS = 50;

/** Contract of the clock of an engine on this machine. */
export function engineClockContract(name: string, open: () => Promise<Opened<Ports>>): void {
  describe(`engine clock contract: ${name}`, () => {
    let opened: Opened<Ports>;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test('rule 11: gives bounds for its clock, and the right time is between them', async () => {
      const began = performance.now();
      await opened.use();
      const { least, most } = (await opened.clock.atZero()) ?? { least: NaN, most: NaN };
      const width = performance.now() - began;
      const right = Date.now() - performance.now();
      expect(least).toBeLessThanOrEqual(right + ROUNDING_MS);
      expect(most).toBeGreaterThanOrEqual(right - ROUNDING_MS);
      expect(most - least).toBeGreaterThanOrEqual(0);
      expect(most - least).toBeLessThanOrEqual(width);
    });
  });
}
