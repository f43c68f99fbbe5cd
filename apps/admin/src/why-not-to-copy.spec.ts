import { Partitions, storePartitions } from '@app/eventing';
import { parkedProjection } from '@app/read-models';
import { TemporaryFolder } from '@app/testing/embedded';
import { whyNotToCopy } from './why-not-to-copy.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

it('X4: a folder with divided followers may be copied when each part has reached the end', async () => {
  const engines = await folder.open();
  const { checkpoints, eventStore, readModels } = engines;
  await readModels.prepare(parkedProjection);
  await storePartitions(checkpoints, new Partitions(2));
  const { position } = await eventStore.append('any-1', 'no-stream', [
    { id: 'event-1', type: 'Any.v1', data: {}, metadata: {} },
  ]);
  const parts = ['automation 1/2', 'automation 2/2', 'publisher 1/2', 'publisher 2/2', 'parked 1/2', 'parked 2/2'];
  const others = ['automation replays', 'notifier opt-outs', 'notifier replays', 'notifier sweep'];
  for (const name of [...parts.slice(1), ...others]) await checkpoints.set(name, null, position);
  expect(await whyNotToCopy(engines)).toContain(' have not reached its end: automation 1/2 has not begun. ');
  await checkpoints.set('automation 1/2', null, position);
  expect(await whyNotToCopy(engines)).toBeNull();
});
