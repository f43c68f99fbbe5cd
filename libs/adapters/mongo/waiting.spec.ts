import type { Position } from '@app/kernel';
import { Waiting } from './waiting.js';

const at = (n: number): Position => String(n).padStart(20, '0');

describe('waiting for checkpoints', () => {
  let checkpoints: Map<string, Position>;
  let looks: (readonly string[])[];
  let failure: Error | null;
  let waiting: Waiting;

  beforeEach(() => {
    jest.useFakeTimers();
    checkpoints = new Map();
    looks = [];
    failure = null;
    waiting = new Waiting(async (names) => {
      looks.push(names);
      if (failure) throw failure;
      return new Map(checkpoints);
    });
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  test('polls at once, then not at all', async () => {
    checkpoints.set('a', at(5));
    expect(await waiting.until('a', at(5), 1_000)).toBe(true);
    await pass(1_000);
    expect(looks).toEqual([['a']]);
  });

  test('a time of zero still gets a result', async () => {
    checkpoints.set('a', at(5));
    expect(await waiting.until('a', at(5), 0)).toBe(true);
    const late = waiting.until('a', at(6), 0);
    await pass(0);
    expect(await late).toBe(false);
    await pass(50);
  });

  test('polls for all waiters together, less and less often', async () => {
    const [a, again, b] = [
      waiting.until('a', at(1), 10_000),
      waiting.until('a', at(2), 10_000),
      waiting.until('b', at(1), 10_000),
    ];
    await pass(1_000);
    const early = looks.length;
    expect(looks.at(-1)).toEqual(['a', 'b']);
    expect(early).toBeLessThan(40);
    await pass(1_000);
    expect(looks.length - early).toBe(1_000 / 50);
    checkpoints.set('a', at(2)).set('b', at(1));
    await pass(50);
    expect(await Promise.all([a, again, b])).toEqual([true, true, true]);
  });

  test('a waiter during a pause gets a poll at once', async () => {
    const a = waiting.until('a', at(1), 1_000);
    await pass(900);
    const before = looks.length;
    checkpoints.set('b', at(1));
    expect(await waiting.until('b', at(1), 1_000)).toBe(true);
    expect(looks.slice(before)).toEqual([['a', 'b']]);
    await pass(150);
    expect(await a).toBe(false);
  });

  test('a move of this process ends the wait without a poll', async () => {
    const [reached, further, other] = [
      waiting.until('a', at(3), 100),
      waiting.until('a', at(4), 100),
      waiting.until('b', at(3), 100),
    ];
    waiting.moved('a', at(3));
    expect(await reached).toBe(true);
    await pass(150);
    expect(await Promise.all([further, other])).toEqual([false, false]);
  });

  test('a move during a poll leaves nothing behind', async () => {
    const reached = waiting.until('a', at(3), 20_000);
    expect(looks).toHaveLength(1);
    waiting.moved('a', at(3));
    expect(await reached).toBe(true);
    await pass(0);
  });

  test('a failed poll rejects all waiters, and the next one polls again', async () => {
    failure = new Error('away');
    const both = Promise.allSettled([waiting.until('a', at(1), 1_000), waiting.until('b', at(1), 1_000)]);
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failure = null;
    checkpoints.set('a', at(1));
    expect(await waiting.until('a', at(1), 1_000)).toBe(true);
  });

  test('closing ends waiting and polling', async () => {
    const a = waiting.until('a', at(1), 1_000);
    await pass(500);
    const before = looks.length;
    await waiting.close();
    expect(await a).toBe(false);
    expect(await waiting.until('a', at(1), 1_000)).toBe(false);
    await pass(1_000);
    expect(looks).toHaveLength(before);
  });
});
