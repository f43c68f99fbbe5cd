/**
 * Works on items side by side, and on those that share a key one after the other, in their order. Behind one that fails,
 * nothing of its keys is begun. All that was begun has ended when this settles.
 * @throws what the first one in order failed with
 */
export async function inOrderPerKey<Item>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly string[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const last = new Map<string, Promise<void>>();
  const all = items.map((item) => {
    const keys = keysOf(item);
    const done = Promise.all(keys.map((key) => last.get(key) ?? Promise.resolve())).then(() => work(item));
    for (const key of keys) last.set(key, done);
    return done;
  });
  for (const one of await Promise.allSettled(all)) if (one.status === 'rejected') throw one.reason;
}
