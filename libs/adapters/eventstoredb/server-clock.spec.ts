import { EventStoreDbClock } from './server-clock.js';

describe('the clock of EventStoreDB', () => {
  const realNow = Date.now;
  afterEach(() => {
    Date.now = realNow;
  });

  const HOUR_MS = 3_600_000;
  const metadata = { recordedAt: 'now' };
  const appended = { stream: 'thing-1', revision: 0, metadata };
  const justNow = () => ({ ...appended, began: performance.now() - 10, ended: performance.now() });
  /** A server whose clock is an hour ahead, and which has just stamped the event. */
  const anHourAhead = async () => ({ created: new Date(realNow() + HOUR_MS), metadata });
  /** By how much (ms) the server is ahead of the real time, at least and at most. */
  async function ahead(clock: EventStoreDbClock): Promise<[number, number]> {
    const bounds = await clock.atZero();
    if (!bounds) throw new Error('not known');
    const right = realNow() - performance.now();
    return [bounds.least - right, bounds.most - right];
  }

  it('rule 11: uses the timestamps of appended events', async () => {
    const clock = new EventStoreDbClock(anHourAhead);
    expect(await clock.atZero()).toBeNull();
    clock.noteAppend(justNow());
    const [least, most] = await ahead(clock);
    expect(least).toBeLessThan(HOUR_MS + 5);
    expect(most).toBeGreaterThan(HOUR_MS - 5);
    expect(most - least).toBeLessThan(1_000);
  });

  it('rule 11: a slow append gives the bounds of its timestamp', async () => {
    const clock = new EventStoreDbClock(anHourAhead);
    clock.noteAppend({ ...appended, began: performance.now() - 60_000, ended: performance.now() });
    const [least, most] = await ahead(clock);
    expect(Math.round((most - least) / 1_000)).toBe(60);
    expect(least).toBeLessThan(HOUR_MS + 5);
    expect(most).toBeGreaterThan(HOUR_MS);
  });

  it('rule 11: older events of another process are not used', async () => {
    const clock = new EventStoreDbClock(anHourAhead);
    clock.noteAppend({ ...justNow(), metadata: { recordedAt: 'later' } });
    expect(await clock.atZero()).toBeNull();
  });

  it.each([-500_000, 500_000])(
    "rule 11: forgets the timestamp when this machine's clock moved by %i ms, since the machine may have slept",
    async (moved) => {
      const clock = new EventStoreDbClock(anHourAhead);
      clock.noteAppend(justNow());
      expect(await clock.atZero()).not.toBeNull();
      Date.now = () => realNow() + moved;
      expect(await clock.atZero()).toBeNull();
      clock.noteAppend(justNow());
      expect(await clock.atZero()).not.toBeNull();
    },
  );

  it('rule 11: one timestamp is read once, and a newer one replaces it', async () => {
    let reads = 0;
    const stamps = [0, 60_000];
    const clock = new EventStoreDbClock(async () => ({
      created: new Date(realNow() + (stamps[reads++] ?? 0)),
      metadata,
    }));
    for (const stamp of stamps) {
      clock.noteAppend(justNow());
      for (let time = 0; time < 2; time += 1)
        expect(Math.abs(Math.round(((await ahead(clock))[0] - stamp) / 1_000))).toBe(0);
    }
    expect(reads).toBe(2);
  });
});
