import { growing, keepRunning, retry, sleep, steady } from './retry.js';

const forever = new AbortController().signal;

describe('retry', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Work that fails as often as told. */
  const failing = (failures: number) => {
    let attempts = 0;
    return jest.fn(async () => {
      attempts += 1;
      if (attempts <= failures) throw new Error(`failure ${attempts}`);
      return attempts;
    });
  };

  it('retries after each pause, and returns the result of the work', async () => {
    const onFailure = jest.fn();
    const result = retry(failing(4), { pauses: growing(100, 300), onFailure });
    await jest.advanceTimersByTimeAsync(100 + 200 + 300 + 300);
    expect(await result).toBe(5);
    expect(onFailure.mock.calls.map(([, pause]) => pause)).toEqual([100, 200, 300, 300]);
  });

  it('makes one attempt after the last pause, and fails with its error', async () => {
    const work = failing(9);
    const result = expect(retry(work, { pauses: [10, 20], onFailure: () => undefined })).rejects.toThrow('failure 3');
    await jest.advanceTimersByTimeAsync(30);
    await result;
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('gives up with the error of the caller', async () => {
    const work = failing(9);
    const onFailure = (): void => {
      throw new Error('refused');
    };
    await expect(retry(work, { pauses: steady(10), onFailure })).rejects.toThrow('refused');
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('ends a pause when the signal aborts', async () => {
    const stop = new AbortController();
    const result = retry(failing(1), { pauses: [60_000], onFailure: () => stop.abort(), signal: stop.signal });
    expect(await result).toBe(2);
  });
});

describe('keepRunning', () => {
  let stop: AbortController;
  beforeEach(() => {
    jest.useFakeTimers();
    stop = new AbortController();
  });
  afterEach(() => {
    stop.abort();
    jest.useRealTimers();
  });
  const stopped = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

  /** The times (ms) at which the work was started; it fails as often as told, then runs until it is stopped. */
  async function startsOf(
    failures: number,
    takes: number,
    within: number,
  ): Promise<{ starts: number[]; reported: unknown[] }> {
    const began = Date.now();
    const starts: number[] = [];
    const reported: unknown[] = [];
    const work = async (): Promise<void> => {
      starts.push(Date.now() - began);
      if (starts.length > failures) return stopped(stop.signal);
      if (takes > 0) await sleep(takes, forever);
      throw new Error(`failure ${starts.length}`);
    };
    const running = keepRunning(work, stop.signal, (error) => reported.push((error as Error).message));
    await jest.advanceTimersByTimeAsync(within);
    stop.abort();
    await running;
    return { starts, reported };
  }

  it('rule 13: restarts failing work with growing pauses up to a limit, and reports each failure', async () => {
    const { starts, reported } = await startsOf(12, 0, 10 * 60_000);
    expect(reported).toEqual(Array.from({ length: 12 }, (_, index) => `failure ${index + 1}`));
    expect(starts).toHaveLength(13);
    const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses[0]).toBeLessThanOrEqual(1_000);
    expect(pauses.at(-1)).toBe(10_000);
  });

  it('rule 13: restarts work that ran long with a short pause', async () => {
    const { starts } = await startsOf(8, 60_000, 10 * 60_000);
    const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0) - 60_000);
    expect(pauses).toHaveLength(8);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_000);
  });

  it('rule 13: stops when told to, also during a pause, and reports no failure of stopping', async () => {
    const reported: unknown[] = [];
    const failing = keepRunning(
      () => Promise.reject(new Error('failure')),
      stop.signal,
      (error) => reported.push(error),
    );
    await jest.advanceTimersByTimeAsync(0);
    expect(reported).toHaveLength(1);
    stop.abort();
    await failing;
    expect(reported).toHaveLength(1);

    const other = new AbortController();
    const cancelled = keepRunning(
      () => stopped(other.signal).then(() => Promise.reject(new Error('cancelled'))),
      other.signal,
      (error) => reported.push(error),
    );
    other.abort();
    await cancelled;
    expect(reported).toHaveLength(1);
  });

  it('rule 13: does not start work that was stopped before', async () => {
    stop.abort();
    await keepRunning(
      () => Promise.reject(new Error('begun')),
      stop.signal,
      () => expect('the work').toBe('not begun'),
    );
  });
});

describe('sleep', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('ends when the time is over, and not before', async () => {
    const woken = jest.fn();
    void sleep(1_000, forever).then(woken);
    await jest.advanceTimersByTimeAsync(999);
    expect(woken).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(woken).toHaveBeenCalledTimes(1);
  });

  it('ends at once when the signal aborts, and leaves no timer', async () => {
    const stop = new AbortController();
    const sleeping = sleep(1_000, stop.signal);
    stop.abort();
    await sleeping;
    await sleep(1_000, stop.signal);
    expect(jest.getTimerCount()).toBe(0);
  });
});
