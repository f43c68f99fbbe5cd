import { Clock } from '../ports/clock.js';
import { EngineClock, type Bounds } from '../ports/engine-clock.js';
import { EngineUnavailable } from '../ports/engine-unavailable.js';
import { TrustedClock } from './trusted-clock.js';

class SettableClock extends Clock {
  wrongBy = 0;
  now(): number {
    return Date.now() + this.wrongBy;
  }
}

class Server extends EngineClock {
  asked = 0;
  /** The engine's clock, and how long ago it started to answer. */
  answer: () => Promise<{ readonly time: number; readonly tookMs?: number } | null> = () =>
    Promise.resolve({ time: Date.now() });

  constructor(override readonly engine: string) {
    super();
  }

  async atZero(): Promise<Bounds | null> {
    this.asked += 1;
    const answer = await this.answer();
    const least = answer && answer.time - performance.now();
    return least === null ? null : { least, most: least + (answer?.tookMs ?? 0) };
  }
}

describe('the clock for sending', () => {
  let clock: SettableClock;
  let one: Server;
  let two: Server;
  let reports: (string | null)[];
  let trusted: TrustedClock;
  beforeEach(() => {
    clock = new SettableClock();
    [one, two] = [new Server('OneDB'), new Server('TwoDB')];
    reports = [];
    trusted = new TrustedClock(clock, [one, two], (reason) => reports.push(reason));
  });

  it.each([
    [-60_000, false],
    [-5_500, false],
    [-4_500, true],
    [0, true],
    [4_500, true],
    [5_500, false],
    [3_600_000, false],
  ])('rule 11: a clock that is wrong by %i ms: trusted is %s', async (wrongBy, isTrusted) => {
    clock.wrongBy = wrongBy;
    expect(await trusted.isTrusted()).toBe(isTrusted);
  });

  it('rule 11: is trusted without an engine on another machine', async () => {
    clock.wrongBy = 1e9;
    expect(await new TrustedClock(clock, []).isTrusted()).toBe(true);
  });

  it('rule 11: says which engine it differs from and by how much, and reports that once', async () => {
    two.answer = () => Promise.resolve({ time: Date.now() - 60_000 });
    for (let time = 0; time < 3; time += 1)
      expect(await trusted.whyNot()).toMatch(
        /^The clock of this machine is (59999|60000|60001) ms ahead of that of TwoDB; nothing is sent until they agree within 5000 ms$/,
      );
    expect(reports).toHaveLength(1);
  });

  it.each([
    [0, 5_500, false],
    [0, -5_500, false],
    [8_000, 0, true],
    [8_000, 6_000, true],
    [8_000, 10_000, true],
    [8_000, -6_000, false],
    [8_000, 14_000, false],
    [60_000, 3_600_000, false],
    [60_000, -3_600_000, false],
  ])(
    'rule 11: a response that took %i ms, at whose end the clock seems %i ms ahead: trusted is %s',
    async (tookMs, ahead, isTrusted) => {
      one.answer = () => Promise.resolve({ time: Date.now() - ahead, tookMs });
      expect(await trusted.isTrusted()).toBe(isTrusted);
    },
  );

  it('rule 11: a slow response, which gives no result, leaves a wrong clock wrong', async () => {
    clock.wrongBy = 20_000;
    expect(await trusted.isTrusted()).toBe(false);
    one.answer = two.answer = () => Promise.resolve({ time: Date.now(), tookMs: 40_000 });
    clock.wrongBy = 22_000;
    expect(await trusted.isTrusted()).toBe(false);
    clock.wrongBy = 0;
    one.answer = two.answer = () => Promise.resolve({ time: Date.now() });
    expect(await trusted.isTrusted()).toBe(true);
  });

  it('rule 11: notices a clock that is set wrong or right, without waiting for the next check', async () => {
    expect(await trusted.isTrusted()).toBe(true);
    clock.wrongBy = -20_000;
    expect(await trusted.whyNot()).toMatch(/(19999|20000|20001) ms behind that of OneDB/);
    clock.wrongBy = 0;
    expect(await trusted.isTrusted()).toBe(true);
    expect(reports).toEqual([expect.any(String), null]);
  });

  it('rule 11: an engine that cannot be asked does not change the result', async () => {
    const away = (): Promise<never> => Promise.reject(new EngineUnavailable('MongoDB'));
    clock.wrongBy = 20_000;
    expect(await trusted.isTrusted()).toBe(false);
    one.answer = away;
    clock.wrongBy = 40_000;
    expect(await trusted.whyNot()).toContain('OneDB');
    expect(await new TrustedClock(clock, [one]).isTrusted()).toBe(true);
  });

  it('rule 11: an engine whose clock is no longer known counts as right, and is asked again at once', async () => {
    clock.wrongBy = 20_000;
    expect(await trusted.isTrusted()).toBe(false);
    one.answer = two.answer = () => Promise.resolve(null);
    clock.wrongBy = 40_000;
    expect(await trusted.isTrusted()).toBe(true);
    one.answer = () => Promise.resolve({ time: Date.now() });
    expect(await trusted.whyNot()).toContain('OneDB');
  });

  it('rule 11: a caller during a check sees what became known before its call', async () => {
    const [asked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    one.answer = async () => {
      asked.resolve();
      await release.promise;
      return null;
    };
    clock.wrongBy = 20_000;
    const alone = new TrustedClock(clock, [one]);
    const before = alone.isTrusted();
    await asked.promise;
    one.answer = () => Promise.resolve({ time: Date.now() });
    const after = alone.isTrusted();
    release.resolve();
    expect([await before, await after]).toEqual([true, false]);
  });

  it('rule 11: concurrent callers share one check, and the next check is later', async () => {
    await Promise.all(Array.from({ length: 20 }, () => trusted.isTrusted()));
    await trusted.isTrusted();
    expect(one.asked).toBe(1);
  });
});
