import { CheckpointMoved, type Checkpoints } from '@app/eventing';
import { rejection, uniqueName } from './opened.js';
import { at } from './read-model-store.samples.js';

export function checkpointCases(checkpoints: () => Checkpoints): void {
  test('moves only from where it is', async () => {
    const name = uniqueName('follower');
    expect(await checkpoints().get(name)).toBeNull();
    expect(await rejection(checkpoints().set(name, at(1), at(2)))).toBeInstanceOf(CheckpointMoved);
    await checkpoints().set(name, null, at(1));
    await checkpoints().set(name, at(1), at(3));
    for (const from of [null, at(1), at(4)]) {
      expect(await rejection(checkpoints().set(name, from, at(9)))).toBeInstanceOf(CheckpointMoved);
    }
    expect(await checkpoints().get(name)).toBe(at(3));
  });

  test('of several at once one moves it', async () => {
    const name = uniqueName('follower');
    for (const from of [null, at(1)]) {
      const moves = Array.from({ length: 5 }, () => checkpoints().set(name, from, at(from === null ? 1 : 2)));
      const outcomes = await Promise.allSettled(moves);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  test('who waits is told when it is reached', async () => {
    const name = uniqueName('follower');
    const [two, five] = [checkpoints().waitFor(name, at(2), 20_000), checkpoints().waitFor(name, at(5), 20_000)];
    await checkpoints().set(name, null, at(3));
    expect(await two).toBe(true);
    expect(await checkpoints().waitFor(name, at(3), 20_000)).toBe(true);
    await checkpoints().set(name, at(3), at(7));
    expect(await five).toBe(true);
  });

  test('who waits too long is told so', async () => {
    const name = uniqueName('follower');
    expect(await checkpoints().waitFor(name, at(1), 10)).toBe(false);
    await checkpoints().set(name, null, at(1));
    expect(await checkpoints().waitFor(name, at(2), 0)).toBe(false);
  });
}
