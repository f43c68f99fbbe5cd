import { recordStores } from '@app/testing';
import { checkpointsAhead, RecordCheck, setBackFollowers } from './record-check.js';
import { EngineUnavailable } from '../ports/engine-unavailable.js';
import type { Checkpoints, StoredCheckpoint } from '../ports/read-model-store.js';
import { UnusableData } from '../ports/unusable-data.js';

const at = (position: number): string => String(position).padStart(20, '0');

let stored: StoredCheckpoint[];
let head: string | null;
let isAway: boolean;
let moves: [string, string | null, string | null][];
beforeEach(() => {
  [stored, head, isAway, moves] = [[], at(10), false, []];
});

const checkpoints = {
  all: () => (isAway ? Promise.reject(new EngineUnavailable('MongoDB')) : Promise.resolve([...stored])),
  set: (name: string, from: string | null, to: string | null) => {
    moves.push([name, from, to]);
    stored = stored.flatMap((one) => (one.name !== name ? one : to === null ? [] : { ...one, checkpoint: to }));
    return Promise.resolve();
  },
} as unknown as Checkpoints;
const stores = recordStores({ checkpoints, head: () => Promise.resolve(head) });
const follower = (name: string, checkpoint: string): StoredCheckpoint => ({ name, of: 'follower', checkpoint });
const pass = (): Promise<void> => new RecordCheck(stores).pass();
const isPublisher = (name: string): boolean => name === 'publisher';
const lease = follower('lease publisher', '00000000000000000042 6b1f');
const polled = follower('polled program-1 sender-1', '2030-01-01T00:00:00.000Z');

it('rule 13: checkpoints up to the end, and those that are no positions, allow the start', async () => {
  stored = [
    follower('publisher', at(10)),
    follower('automation', at(9)),
    { name: 'inbox', of: 'model', checkpoint: at(10) },
    lease,
    polled,
  ];
  await pass();
});

it.each([
  ['publisher', 'follower', 'publisher'],
  ['notifier sweep', 'follower', 'notifier sweep'],
  ['inbox', 'model', 'read model inbox'],
  ['inbox', 'copy', 'copy of read model inbox'],
] as const)('X4: %s (%s) beyond the end stops the start with a message', async (name, of, inWords) => {
  stored = [follower('automation', at(10)), lease, polled, { name, of, checkpoint: at(11) }];
  await expect(pass()).rejects.toBeInstanceOf(UnusableData);
  await expect(pass()).rejects.toThrow(
    `The record ends at ${at(10)}, and these are beyond its end: ${inWords} at ${at(11)}. `,
  );
  await expect(pass()).rejects.toThrow('npm run admin -- rebuild');
});

it('X4: every checkpoint is beyond the end of an empty event store', async () => {
  head = null;
  stored = [follower('publisher', at(1))];
  await expect(pass()).rejects.toThrow(`The record is empty, and these are beyond its end: publisher at ${at(1)}`);
});

it('rule 13: the check runs once, and again only if it failed', async () => {
  const check = new RecordCheck(stores);
  isAway = true;
  await expect(check.pass()).rejects.toBeInstanceOf(EngineUnavailable);
  isAway = false;
  await check.pass();
  isAway = true;
  await check.pass();
});

it('X4: followers are reset to the beginning, since their events may be lost, and a publisher to the end; those beyond the end come last; a model keeps its checkpoint', async () => {
  const inbox: StoredCheckpoint = { name: 'inbox', of: 'model', checkpoint: at(12) };
  stored = [
    follower('publisher', at(12)),
    follower('automation', at(12)),
    follower('notifier sweep', at(9)),
    lease,
    polled,
    inbox,
  ];
  expect(await setBackFollowers(stores, isPublisher)).toEqual([
    'notifier sweep',
    polled.name,
    'publisher',
    'automation',
  ]);
  expect(moves).toEqual([
    ['notifier sweep', at(9), null],
    [polled.name, polled.checkpoint, null],
    ['publisher', at(12), at(10)],
    ['automation', at(12), null],
  ]);
  expect((await checkpointsAhead(stores)).ahead).toEqual([inbox]);
});

it('X4: a publisher that is not beyond the end is not reset', async () => {
  stored = [follower('publisher', at(8)), follower('automation', at(12))];
  expect(await setBackFollowers(stores, isPublisher)).toEqual(['automation']);
});

it('X4: nothing is reset while no checkpoint is beyond the end', async () => {
  stored = [follower('publisher', at(10)), polled];
  expect(await setBackFollowers(stores, isPublisher)).toEqual([]);
  expect(moves).toEqual([]);
});

it('X4: a reset that was stopped completes when it is called again', async () => {
  const all = [
    follower('publisher', at(12)),
    follower('automation', at(12)),
    follower('notifier sweep', at(9)),
    polled,
  ];
  for (let stopAfter = 0; stopAfter <= all.length; stopAfter += 1) {
    [stored, moves] = [[...all], []];
    const dying = {
      ...stores,
      checkpoints: {
        ...stores.checkpoints,
        set: (...move: Parameters<Checkpoints['set']>) =>
          moves.length < stopAfter ? checkpoints.set(...move) : Promise.reject(new Error('died')),
      } as unknown as Checkpoints,
    };
    await setBackFollowers(dying, isPublisher).catch(() => undefined);
    await setBackFollowers(stores, isPublisher);
    expect(stored).toEqual([follower('publisher', at(10))]);
  }
});
