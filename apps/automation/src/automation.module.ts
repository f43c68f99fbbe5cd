import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationModule, Automation, Parking, type ParkingWorker } from '@app/application';
import {
  Checkpoints,
  EventLog,
  inOrderPerKey,
  Partitions,
  programOf,
  runFollower,
  type Followable,
  type Follower,
} from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { Background, logFailure } from '@app/platform';
import { DueWorkRunner } from './due-work-runner.js';
import { InboundConsumers } from './inbound-consumers.js';

/** Turns events into commands: those about one address in order, others concurrently. */
@Module({ imports: [ApplicationModule], providers: [DueWorkRunner, InboundConsumers] })
export class AutomationModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(AutomationModule.name);

  constructor(
    private readonly background: Background,
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly automation: Automation,
    private readonly parking: Parking,
    private readonly partitions: Partitions,
  ) {}

  onApplicationBootstrap(): void {
    const worker: ParkingWorker<Followable> = {
      name: Automation.worker,
      keyOf: (event) => Automation.keysOf(event)[0] ?? event.stream,
      sourceOf: (event) => ({ programId: programOf(event), stream: event.stream, revision: event.revision }),
      read: (event) => event as Recorded<Message>,
      handle: (event) => this.automation.react(event),
      onParked: (error, { stream }) => logFailure(this.logger, error, stream),
    };
    // Events that may be parked together are handled one after the other: concurrently with a failing one, another
    // would find an empty list.
    const keysOf = (event: Followable): readonly string[] => [worker.keyOf(event), ...Automation.keysOf(event)];
    const handle = (events: readonly Followable[]): Promise<void> =>
      inOrderPerKey(events.filter(Automation.concerns), keysOf, (event) => this.parking.handle(worker, event));
    const { eventLog, checkpoints } = this;
    const follow = (follower: Follower, signal: AbortSignal): Promise<void> =>
      runFollower({ eventLog, checkpoints }, follower, signal);
    for (const part of this.partitions.all) {
      const name = part.nameOf(worker.name);
      this.background.startAsLeader(name, (signal) => {
        this.parking.takeOver(worker.name);
        return follow({ name, categories: Automation.categories, part, handle }, signal);
      });
    }
    const replays = this.parking.replays(worker);
    this.background.startAsLeader(replays.name, (signal) => follow(replays, signal));
  }
}
