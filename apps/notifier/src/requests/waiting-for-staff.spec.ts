import type { CommandBus } from '@nestjs/cqrs';
import type { HandleParked } from '@app/application';
import { EventUnreadable, Unopened, type Progress, type EventLog } from '@app/eventing';
import type { ParkedQueries } from '@app/read-models';
import { NOTIFIER } from './parking-key.js';
import { WaitingForStaff } from './waiting-for-staff.js';

it('N1, rule 13: a list of parked messages that cannot be read does not delay the others', async () => {
  const rows = ['a', 'b', 'c'].map((id) => ({
    id,
    programId: 'p',
    worker: NOTIFIER,
    key: id,
    waiting: 1,
    isWaiting: true,
    since: '',
    cause: 'StaffNotKnownYet',
  }));
  const asked: string[] = [];
  const execute = async ({ id }: HandleParked): Promise<void> => {
    if (id === 'a')
      throw new EventUnreadable(
        new Unopened('UnknownEventType', { stream: 'parked-a', revision: 1, position: '7', programId: 'p' }),
      );
    asked.push(id);
  };
  const waiting = new WaitingForStaff(
    { execute } as unknown as CommandBus,
    { head: () => Promise.resolve('9') } as unknown as EventLog,
    { waitFor: () => Promise.resolve(true) } as unknown as Progress,
    { all: () => Promise.resolve(rows) } as unknown as ParkedQueries,
  );
  await waiting.round();
  expect(asked).toEqual(['b', 'c']);
});
