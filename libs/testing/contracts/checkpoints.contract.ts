import { CheckpointMoved, type Checkpoints } from '@app/eventing';
import { rejection, uniqueName } from './opened.js';
import { at } from './read-model-store.samples.js';

export function checkpointCases(checkpoints: () => Checkpoints): void {
  test('moves only from its current position', async () => {
    const name = uniqueName('follower');
    expect(await checkpoints().get(name)).toBeNull();
    expect(await rejection(checkpoints().set(name, at(1), at(2)))).toBeInstanceOf(CheckpointMoved);
    await checkpoints().set(name, null, at(1));
    await checkpoints().set(name, at(1), at(3));
    for (const from of [null, at(1), at(4)]) {
      expect(await rejection(checkpoints().set(name, from, at(9)))).toBeInstanceOf(CheckpointMoved);
    }
    expect(await checkpoints().get(name)).toBe(at(3));
    expect(await checkpoints().reached(name)).toBe(at(3));
    expect(await checkpoints().reached(uniqueName('follower'))).toBeNull();
  });

  test('rule 13: is reset to the beginning from its current position, and starts again', async () => {
    const name = uniqueName('follower');
    await checkpoints().set(name, null, null);
    expect(await checkpoints().get(name)).toBeNull();
    await checkpoints().set(name, null, at(5));
    for (const from of [null, at(4)])
      expect(await rejection(checkpoints().set(name, from, null))).toBeInstanceOf(CheckpointMoved);
    await checkpoints().set(name, at(5), null);
    expect(await checkpoints().get(name)).toBeNull();
    await checkpoints().set(name, null, at(2));
    expect(await checkpoints().get(name)).toBe(at(2));
  });

  test('rule 13: all are listed by name, except those at the beginning', async () => {
    const [one, two, gone] = ['a', 'b', 'c'].map((letter) => uniqueName(letter)) as [string, string, string];
    await checkpoints().set(one, null, at(1));
    await checkpoints().set(`lease ${two}`, null, '0001 somebody');
    await checkpoints().set(gone, null, at(3));
    await checkpoints().set(gone, at(3), null);
    const names = [one, `lease ${two}`, gone];
    const all = (await checkpoints().all())
      .filter(({ name }) => names.includes(name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(all).toEqual([
      { name: one, of: 'follower', checkpoint: at(1) },
      { name: `lease ${two}`, of: 'follower', checkpoint: '0001 somebody' },
    ]);
  });

  test('rule 13: those of followers are listed by the beginning of their name', async () => {
    const prefix = `${uniqueName('lease')} `;
    const names = [`${prefix}member`, `${prefix}\u{1f600}`, prefix];
    for (const name of [...names, `other ${prefix}`, `${prefix.trim()}!`, prefix.toUpperCase()])
      await checkpoints().set(name, null, at(1));
    const listed = await checkpoints().all(prefix);
    expect(listed.toSorted((a, b) => (a.name > b.name ? -1 : 1))).toEqual(
      names.toSorted((a, b) => (a > b ? -1 : 1)).map((name) => ({ name, of: 'follower', checkpoint: at(1) })),
    );
  });

  test('of several concurrent moves one succeeds', async () => {
    const name = uniqueName('follower');
    for (const from of [null, at(1)]) {
      const moves = Array.from({ length: 5 }, () => checkpoints().set(name, from, at(from === null ? 1 : 2)));
      const outcomes = await Promise.allSettled(moves);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  test('a waiter is notified when it is reached', async () => {
    const name = uniqueName('follower');
    const [two, five] = [checkpoints().waitFor(name, at(2), 20_000), checkpoints().waitFor(name, at(5), 20_000)];
    await checkpoints().set(name, null, at(3));
    expect(await two).toBe(true);
    expect(await checkpoints().waitFor(name, at(3), 20_000)).toBe(true);
    await checkpoints().set(name, at(3), at(7));
    expect(await five).toBe(true);
  });

  test('a waiter is notified when the time is over', async () => {
    const name = uniqueName('follower');
    expect(await checkpoints().waitFor(name, at(1), 10)).toBe(false);
    await checkpoints().set(name, null, at(1));
    expect(await checkpoints().waitFor(name, at(2), 0)).toBe(false);
  });
}
