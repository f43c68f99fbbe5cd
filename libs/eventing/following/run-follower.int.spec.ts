import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import type { Position } from '@app/kernel';
import { isOpened } from '../reading/unopened.js';
import { runFollower, type Follower } from './run-follower.js';
import { contextOf, Tallies, type TallyEvent } from '@app/testing';

describe('runFollower', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let tallies: Tallies;
  let count = 0;
  let name: string;
  beforeAll(async () => {
    engines = await folder.open();
    tallies = new Tallies(engines.eventStore, engines.keyring);
    for (const amount of [1, 2, 3]) await tallies.add('t', [amount], contextOf(`first ${amount}`));
  });
  beforeEach(() => {
    name = `follower_${(count += 1)}`;
  });
  afterAll(() => folder.remove());

  /** Follows until `enough`, then stops; the events passed to `handle` are added to `seen`. */
  async function follow(
    seen: number[],
    enough: (amount: number) => boolean,
    before: (amount: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const stop = new AbortController();
    const follower: Follower<TallyEvent> = {
      name,
      categories: ['tally'],
      handle: async (events) => {
        for (const { data } of events.filter(isOpened)) {
          await before(data.amount);
          seen.push(data.amount);
          if (enough(data.amount)) stop.abort();
        }
      },
    };
    await runFollower(
      { eventLog: tallies.eventLog, checkpoints: engines.checkpoints },
      follower as unknown as Follower,
      stop.signal,
    );
  }
  const checkpoint = (): Promise<Position | null> => engines.checkpoints.get(name);

  it('rule 13: handles existing events in order, and saves its checkpoint after the effects', async () => {
    const seen: number[] = [];
    let during: Position | null = 'not asked';
    await follow(
      seen,
      (amount) => amount === 3,
      async (amount) => {
        if (amount === 1) during = await checkpoint();
      },
    );
    expect(seen).toEqual([1, 2, 3]);
    expect(during).toBeNull();
    expect(await checkpoint()).toBe(await tallies.eventLog.head());
  });

  it('rule 13: repeats a failed batch, and skips nothing', async () => {
    const seen: number[] = [];
    const failing = follow(
      seen,
      () => false,
      (amount) => (amount === 2 ? Promise.reject(new Error('The engine is away')) : Promise.resolve()),
    );
    await expect(failing).rejects.toThrow('The engine is away');
    const reached = await checkpoint();
    await follow(seen, (amount) => amount === 3);
    expect(new Set(seen)).toEqual(new Set([1, 2, 3]));
    expect(seen.slice(-2)).toEqual([2, 3]);
    // The failed batch did not move the checkpoint.
    expect(reached === null || reached < ((await checkpoint()) ?? '')).toBe(true);
  });

  it('rule 13: continues where it stopped', async () => {
    const seen: number[] = [];
    await follow(seen, (amount) => amount === 3);
    await tallies.add('t', [4], contextOf(`more ${name}`));
    await follow(seen, (amount) => amount === 4);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('rule 13: skips streams of other categories', async () => {
    const follower: Follower = {
      name,
      categories: ['other'],
      handle: () => Promise.reject(new Error('Nothing here is for it')),
    };
    const stop = new AbortController();
    const head = (await tallies.eventLog.head()) ?? '';
    const run = runFollower({ eventLog: tallies.eventLog, checkpoints: engines.checkpoints }, follower, stop.signal);
    await Promise.race([engines.checkpoints.waitFor(name, head, 10_000), run]);
    stop.abort();
    await run;
    expect(await checkpoint()).toBe(head);
  });
});
