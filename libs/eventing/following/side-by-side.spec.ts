import { getEventListeners } from 'node:events';
import { sideBySide } from './side-by-side.js';
import { Wakeup } from './wakeup.js';

const untilTold = (signal: AbortSignal): Promise<void> => new Wakeup().wait({ signal });

describe('sideBySide', () => {
  it('runs its parts until the signal aborts, and leaves no listener', async () => {
    const stop = new AbortController();
    const running = sideBySide(stop.signal, [untilTold, untilTold]);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort();
    await running;
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('ends the other parts when one fails, and then fails with its error', async () => {
    let hasEnded = false;
    const slow = async (signal: AbortSignal): Promise<void> => {
      await untilTold(signal);
      hasEnded = true;
      throw new Error('the second');
    };
    const failing = (): Promise<void> => Promise.reject(new Error('the first'));
    await expect(sideBySide(new AbortController().signal, [failing, slow])).rejects.toThrow('the first');
    expect(hasEnded).toBe(true);
  });

  it('ends at once if the signal has aborted before', () => sideBySide(AbortSignal.abort(), [untilTold]));
});
