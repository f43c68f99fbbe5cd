/**
 * Handles items concurrently, and items that share a key one after the other, in order. After a failure no further item
 * with one of its keys is started. All started items have ended when this settles.
 * @throws the error of the first failed item in order
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
