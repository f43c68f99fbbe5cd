import { TemporaryFolder } from '@app/testing/embedded';
import type { Checkpoints } from '../ports/read-model-store.js';
import { Partitions } from '../ports/partitions.js';
import { UnusableData } from '../ports/unusable-data.js';
import { checkPartitions } from './partition-check.js';

const folder = new TemporaryFolder();
let checkpoints: Checkpoints;
beforeEach(async () => ({ checkpoints } = await folder.open()));
afterEach(() => folder.remove());
const check = (count: number): Promise<void> => checkPartitions({ checkpoints, partitions: new Partitions(count) });

it('rule 13: the first start decides, and another number of parts stops a later one with a message', async () => {
  await check(8);
  await check(8);
  await expect(check(4)).rejects.toBeInstanceOf(UnusableData);
  await expect(check(4)).rejects.toThrow('PARTITIONS is 4, and the followers are divided into 8');
  await expect(check(1)).rejects.toThrow('npm run admin -- partition');
});

it('rule 13: of two first starts that differ, one is stopped', async () => {
  const outcomes = await Promise.allSettled([check(8), check(4)]);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
});

it('rule 13: followers that have run before are one part', async () => {
  await checkpoints.set('publisher', null, '00000000000000000007');
  await expect(check(8)).rejects.toThrow('PARTITIONS is 8, and the followers are divided into 1');
  await check(1);
});
