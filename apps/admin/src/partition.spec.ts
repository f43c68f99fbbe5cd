import { CheckpointMoved, Partitions, PARTITIONS, type Checkpoints, type Engines } from '@app/eventing';
import { partition } from './partition.js';

const at = (position: number): string => String(position).padStart(20, '0');

/** What is stored; calls are refused when `left` moves have been made. */
class Stored {
  left = Infinity;
  readonly checkpoints = {
    get: (name: string) => Promise.resolve(this.values.get(name) ?? null),
    all: (prefix = '') =>
      Promise.resolve(
        [...this.values].flatMap(([name, checkpoint]) =>
          name.startsWith(prefix) ? [{ name, of: 'follower', checkpoint }] : [],
        ),
      ),
    set: async (name: string, from: string | null, to: string | null) => {
      if ((this.left -= 1) < 0) throw new Error('killed');
      if ((this.values.get(name) ?? null) !== from) throw new CheckpointMoved(name);
      if (to === null) this.values.delete(name);
      else this.values.set(name, to);
    },
  } as unknown as Checkpoints;

  constructor(readonly values: Map<string, string>) {}

  divideInto(parts: number): Promise<void> {
    const readModels = { prepare: () => Promise.resolve() };
    const engines = { checkpoints: this.checkpoints, partitions: new Partitions(parts), readModels };
    return partition(engines as unknown as Engines, 1, () => undefined);
  }
}

const before = [
  [PARTITIONS, '2 parts'],
  ['publisher 1/2', at(7)],
  ['publisher 2/2', at(9)],
  ['inbox 1/2', at(8)],
  ['inbox 2/2', at(6)],
  // One part of automation is at the beginning.
  ['automation 2/2', at(5)],
  ['notifier replays', at(3)],
] as const;

const positions = [
  ['publisher', at(7)],
  ['inbox', at(6)],
] as const;

it.each([3, 1])('rule 13: can be killed at any step, and run again with %d parts', async (next) => {
  for (let moves = 0; ; moves += 1) {
    const stored = new Stored(new Map(before));
    stored.left = moves;
    const isDone = await stored.divideInto(3).then(
      () => true,
      () => false,
    );
    stored.left = Infinity;
    await stored.divideInto(next);
    const parts = new Partitions(next).all.flatMap((part) =>
      positions.map(([subject, position]) => [part.nameOf(subject), position]),
    );
    expect(Object.fromEntries(stored.values)).toEqual(
      Object.fromEntries([...parts, [PARTITIONS, `${next} parts`], ['notifier replays', at(3)]]),
    );
    if (isDone) return;
  }
});
