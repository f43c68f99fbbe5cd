import { getEventListeners } from 'node:events';
import { Wakeup } from './wakeup.js';

describe('Wakeup', () => {
  let wakeup: Wakeup;
  beforeEach(() => {
    jest.useFakeTimers();
    wakeup = new Wakeup();
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('wakes all waiters', async () => {
    const waits = [wakeup.wait({ ms: 1_000 }), wakeup.wait({}), wakeup.wait({ signal: new AbortController().signal })];
    wakeup.wake();
    await Promise.all(waits);
  });

  it('ends a wait when the time is over, and not before', async () => {
    const woken = jest.fn();
    void wakeup.wait({ ms: 1_000 }).then(woken);
    await jest.advanceTimersByTimeAsync(999);
    expect(woken).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(woken).toHaveBeenCalledTimes(1);
  });

  it('ends a wait when the signal aborts, and leaves no listener', async () => {
    const stop = new AbortController();
    const waiting = wakeup.wait({ ms: 1_000, signal: stop.signal });
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort();
    await waiting;
    await wakeup.wait({ ms: 1_000, signal: stop.signal });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('ends a wait at once if there was a call since the check for work, and no other wait', async () => {
    const { calls } = wakeup;
    wakeup.wake();
    await wakeup.wait({ since: calls, ms: 1_000 });
    const woken = jest.fn();
    void wakeup.wait({ ms: 1_000 }).then(woken);
    await jest.advanceTimersByTimeAsync(999);
    expect(woken).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
  });
});
