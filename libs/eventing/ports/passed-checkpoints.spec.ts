import { PassedCheckpoints, type Move } from './passed-checkpoints.js';

/** What is stored; calls fail while it is away, after they have waited for `meanwhile`. */
const stored = new Map<string, string>();
let isAway: boolean;
let attempts: number;
let meanwhile: () => void;
let passed: PassedCheckpoints;
beforeEach(() => {
  jest.useFakeTimers();
  stored.clear();
  [isAway, attempts, meanwhile] = [false, 0, () => undefined];
  passed = new PassedCheckpoints(store, 20);
});
afterEach(() => jest.useRealTimers());

async function store(moves: readonly Move[]): Promise<readonly string[]> {
  attempts += 1;
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  meanwhile();
  if (isAway) throw new Error('away');
  const isAt = ({ name, from }: Move): boolean => (stored.get(name) ?? null) === from;
  const lost = moves.filter((move) => !isAt(move));
  for (const { name, to } of moves.filter(isAt)) stored.set(name, to);
  return lost.map(({ name }) => name);
}

it('rule 13: those that could not be stored are stored when the engine is back, without a new event', async () => {
  isAway = true;
  meanwhile = () => passed.pass('one', '1', '2');
  passed.pass('one', null, '1');
  passed.pass('two', null, '1');
  await jest.advanceTimersByTimeAsync(20);
  meanwhile = () => undefined;
  await jest.advanceTimersByTimeAsync(5_000);
  expect(stored.size).toBe(0);
  isAway = false;
  await jest.advanceTimersByTimeAsync(1_000);
  expect(Object.fromEntries(stored)).toEqual({ one: '2', two: '1' });
  passed.pass('one', '2', '3');
  expect(await passed.settle('two', '1')).toBe('1');
});

it('is closed also when they cannot be stored, and does not try again', async () => {
  isAway = true;
  passed.pass('one', null, '1');
  await passed.close();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(attempts).toBe(1);
  expect(jest.getTimerCount()).toBe(0);
});

it('a follower that settles waits for all that are being stored, also for those that follow at once', async () => {
  meanwhile = () => {
    if (attempts === 1) passed.pass('one', '1', '2');
  };
  passed.pass('one', null, '1');
  const first = passed.flush();
  while (attempts === 0) await Promise.resolve();
  const second = passed.flush();
  const settled = passed.settle('one', '2').then((from) => ({ from, stored: stored.get('one') }));
  await Promise.all([first, second]);
  expect(await settled).toEqual({ from: '2', stored: '2' });
});
