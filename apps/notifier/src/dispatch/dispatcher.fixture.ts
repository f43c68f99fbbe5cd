import {
  sleep,
  SystemClock,
  TrustedClock,
  type Checkpoints,
  type Clock,
  type EventLog,
  type Scheduler,
  Progress,
  Partitions,
} from '@app/eventing';
import { Configuration } from '@app/platform';
import type { DeliveryQueries } from '@app/read-models';
import { DeliveryTasks } from './delivery-tasks.js';
import { Dispatcher } from './dispatcher.js';
import { FairQueues } from './fair-queues.js';
import type { OrderedSender } from '../send/ordered-sender.js';
import type { Roads } from './roads.js';
import { Slots } from './slots.js';

type Parts = {
  readonly eventLog: EventLog;
  readonly checkpoints?: Checkpoints;
  readonly deliveries?: DeliveryQueries;
  readonly roads?: Roads;
  readonly sender?: OrderedSender;
  readonly clock?: Clock;
  readonly settings?: Partial<Configuration>;
};
const none = {} as never;

/** A scheduler for which nothing becomes due. */
const idleScheduler = {
  run: (_work: unknown, _onFailure: unknown, signal: AbortSignal) => sleep(2 ** 31 - 1, signal),
} as unknown as Scheduler;

/** A dispatcher with the parts that a test needs; it must not call the others. */
export function dispatcherOf({
  eventLog,
  checkpoints = none,
  deliveries = none,
  roads = none,
  sender = none,
  clock = new SystemClock(),
  settings = {},
}: Parts): { readonly dispatcher: Dispatcher; readonly queues: FairQueues } {
  const progress = new Progress(checkpoints, new Partitions());
  const slots = new Slots(Object.assign(new Configuration(), settings));
  const tasks = new DeliveryTasks(sender, roads, slots, progress);
  const queues = new FairQueues(deliveries, roads, slots, tasks, clock);
  const trustedClock = new TrustedClock(clock, []);
  return {
    dispatcher: new Dispatcher(eventLog, progress, roads, queues, tasks, idleScheduler, clock, trustedClock),
    queues,
  };
}
