import fc from 'fast-check';
import { inOrderPerKey } from './in-order-per-key.js';

type Item = { readonly n: number; readonly keys: readonly string[] };

const items = fc
  .array(fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }), { maxLength: 12 })
  .map((list) => list.map((keys, n): Item => ({ n, keys })));
const share = (a: Item, b: Item): boolean => a.keys.some((key) => b.keys.includes(key));

describe('in order per key', () => {
  it('handles items that share a key in order, and never two of them at once', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.scheduler(), async (list, scheduler) => {
        const begun: Item[] = [];
        const ended = new Set<Item>();
        const work = async (item: Item): Promise<void> => {
          for (const other of list) if (other.n < item.n && share(other, item)) expect(ended).toContain(other);
          begun.push(item);
          await scheduler.schedule(Promise.resolve());
          ended.add(item);
        };
        const done = inOrderPerKey(list, ({ keys }) => keys, work);
        await scheduler.waitFor(done);
        expect(begun).toHaveLength(list.length);
      }),
    );
  });

  it('handles items without a common key concurrently', async () => {
    const both = Promise.withResolvers<void>();
    let working = 0;
    await inOrderPerKey(
      ['a', 'b'],
      (key) => [key],
      async () => {
        working += 1;
        if (working === 2) both.resolve();
        await both.promise;
      },
    );
    expect(working).toBe(2);
  });

  it('starts no item after a failed one of its key, finishes the others, and fails with the error', async () => {
    const handled: string[] = [];
    const work = async (item: string): Promise<void> => {
      if (item === 'a1') throw new Error('a1 is broken');
      handled.push(item);
    };
    await expect(inOrderPerKey(['a1', 'a2', 'b1', 'b2'], ([key = '']) => [key], work)).rejects.toThrow('a1 is broken');
    expect(handled).toEqual(['b1', 'b2']);
  });
});
