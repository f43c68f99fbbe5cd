import { CheckpointMoved, Partitions, type Checkpoints, type ReadModelStore } from '@app/eventing';
import { rejection, uniqueName, type Opened } from './opened.js';
import { at, card, newModel, PROGRAM, write } from './read-model-store.samples.js';

type Ports = { readonly store: ReadModelStore; readonly checkpoints: Checkpoints };

/** Contract of a read model store whose followers are divided. */
export function partitionsContract(name: string, open: (partitions: Partitions) => Promise<Opened<Ports>>): void {
  describe(`partitions contract: ${name}`, () => {
    let opened: Opened<Ports>;
    beforeAll(async () => {
      opened = await open(new Partitions(3));
    });
    afterAll(() => opened.close());
    const namesOf = (model: string): string[] => new Partitions(3).all.map((part) => part.nameOf(model));
    const stored = (names: readonly string[]): Promise<(string | null)[]> =>
      Promise.all(names.map((part) => opened.checkpoints.get(part)));

    test('rule 13: each part has its own checkpoint, which moves with its documents', async () => {
      const model = newModel();
      const [one, two, three] = namesOf(model.name) as [string, string, string];
      await opened.store.prepare(model);
      await opened.store.write(model, [write(1, card('a'))], { name: one, from: null, to: at(1) });
      await opened.store.write(model, [write(2, card('b'))], { name: two, from: null, to: at(2) });
      const late = opened.store.write(model, [write(3, card('c'))], { name: one, from: null, to: at(3) });
      expect(await rejection(late)).toBeInstanceOf(CheckpointMoved);
      expect(await stored([one, two, three])).toEqual([at(1), at(2), null]);
      expect(await opened.store.get(model, PROGRAM, ['a', 'b', 'c'])).toHaveLength(2);
      const listed = (await opened.checkpoints.all()).filter((checkpoint) => checkpoint.name.startsWith(model.name));
      expect(listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { name: one, of: 'model', checkpoint: at(1) },
        { name: two, of: 'model', checkpoint: at(2) },
      ]);
    });

    test('rule 13: a rebuilt model replaces the checkpoints of all parts, also those that were passed', async () => {
      const model = newModel();
      const [one, two, three] = namesOf(model.name) as [string, string, string];
      await opened.store.prepare(model);
      await opened.store.write(model, [write(1, card('a'))], { name: one, from: null, to: at(4) });
      opened.checkpoints.pass(two, null, at(3));
      await opened.store.beginRebuild(model);
      await opened.store.fillRebuild(model, [write(1, card('a'))]);
      await opened.store.swapRebuild(model, at(2));
      expect(await stored([one, two, three])).toEqual([at(2), at(2), at(2)]);
      await opened.checkpoints.set(three, at(2), at(5));
      opened = { ...opened, ...(await opened.reopen()) };
      expect(await stored([one, two, three])).toEqual([at(2), at(2), at(5)]);
    });

    test.each([
      ['a follower', () => [uniqueName('follower'), uniqueName('other')]],
      ['parts of a model', () => namesOf(prepared.name)],
    ])('rule 13: a passed checkpoint of %s is known here at once, and stored a little later', async (_, choose) => {
      await opened.store.prepare(prepared);
      const [one = '', two = ''] = choose();
      await opened.checkpoints.set(one, null, at(1));
      const waiting = opened.checkpoints.waitFor(one, at(3), 20_000);
      opened.checkpoints.pass(one, at(1), at(2));
      opened.checkpoints.pass(one, at(2), at(3));
      opened.checkpoints.pass(two, null, at(2));
      expect(await waiting).toBe(true);
      expect(await stored([one, two])).toEqual([at(3), at(2)]);
      await opened.checkpoints.set(one, at(3), at(4));
      const ofBoth = (await opened.checkpoints.all()).filter((checkpoint) => [one, two].includes(checkpoint.name));
      expect(ofBoth.map(({ checkpoint }) => checkpoint).toSorted()).toEqual([at(2), at(4)]);
      opened.checkpoints.pass(one, at(4), at(5));
      opened = { ...opened, ...(await opened.reopen()) };
      expect(await stored([one, two])).toEqual([at(5), at(2)]);
    });
    const prepared = newModel();

    test('rule 8: a follower that only passes learns that another worker moved its checkpoint', async () => {
      const follower = uniqueName('follower');
      opened.checkpoints.pass(follower, null, at(1));
      expect(() => opened.checkpoints.pass(follower, at(9), at(10))).toThrow(CheckpointMoved);
      await opened.checkpoints.all();
      await opened.checkpoints.set(follower, at(1), at(7));
      const onLost = jest.fn();
      opened.checkpoints.pass(follower, at(1), at(2), onLost);
      await opened.checkpoints.all();
      expect(onLost).toHaveBeenCalledTimes(1);
      expect(() => opened.checkpoints.pass(follower, at(2), at(3))).toThrow(CheckpointMoved);
      expect(await opened.checkpoints.get(follower)).toBe(at(7));
    });
  });
}
