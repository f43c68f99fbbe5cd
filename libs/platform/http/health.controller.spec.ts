import { PARTITIONS, RecordCheck, UnusableData, type Checkpoints, type EventLog } from '@app/eventing';
import { recordStores } from '@app/testing';
import { HealthController } from './health.controller.js';
import { problemOf } from './problem.js';
import { Readiness } from '../process/readiness.js';

const at = (position: number): string => String(position).padStart(20, '0');

/** For a process whose publisher has reached this position; the event store ends at 10. */
function controller(
  publisher: string,
  readiness = new Readiness(),
  stored = recordStores({ checkpoints: {}, head: () => Promise.resolve(null) }).checkpoints.get,
): HealthController {
  const checkpoints = {
    get: () => Promise.resolve(null),
    all: () => Promise.resolve([{ name: 'publisher', of: 'follower', checkpoint: publisher }]),
  } as unknown as Checkpoints;
  const head = (): Promise<string> => Promise.resolve(at(10));
  return new HealthController(
    { head } as unknown as EventLog,
    checkpoints,
    readiness,
    new RecordCheck(recordStores({ checkpoints: { all: checkpoints.all, get: stored }, head })),
  );
}
const problem = async (health: HealthController): Promise<unknown> =>
  problemOf(await health.ready().catch((error: unknown) => error));

it('rule 12: is ready when the engines respond and nothing prevents its work', async () => {
  expect(await controller(at(10)).ready()).toEqual({ status: 'ready' });
});

it('X4: is not ready with a checkpoint beyond the end of the event store, and says what to do', async () => {
  expect(await problem(controller(at(11)))).toMatchObject({
    status: 503,
    code: 'NotReady',
    detail: expect.stringMatching(/publisher at 0{18}11.*admin -- rebuild/),
  });
  await expect(controller(at(11)).ready()).rejects.not.toBeInstanceOf(UnusableData);
});

it('rule 13: is not ready after the followers were divided otherwise, and says what to do', async () => {
  let parts = '1 parts';
  const health = controller(at(10), new Readiness(), (name) =>
    Promise.resolve(name === PARTITIONS ? parts : 'record-1'),
  );
  await health.ready();
  parts = '8 parts';
  expect(await problem(health)).toMatchObject({
    code: 'NotReady',
    detail: expect.stringContaining('the followers are divided into 8'),
  });
});

it('T7: is not ready while something prevents its work, and lists every reason', async () => {
  const readiness = new Readiness();
  readiness.require(() => Promise.resolve('One'));
  readiness.require(() => Promise.resolve(null));
  readiness.require(() => Promise.resolve('Two'));
  expect(await problem(controller(at(10), readiness))).toMatchObject({
    status: 503,
    code: 'NotReady',
    detail: 'One. Two',
  });
});
