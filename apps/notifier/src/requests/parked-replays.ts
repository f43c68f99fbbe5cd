import { Injectable } from '@nestjs/common';
import { Parking } from '@app/application';
import { Checkpoints, EventLog, runFollower, type Follower } from '@app/eventing';
import type { BackgroundTask } from '../background-task.js';
import { MessageWorker } from './message-worker.js';

/** Handles parked messages again when a replay is requested. */
@Injectable()
export class ParkedReplays implements BackgroundTask {
  private readonly follower: Follower;
  readonly name: string;
  readonly isLeaderOnly = true;

  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    parking: Parking,
    worker: MessageWorker,
  ) {
    this.follower = parking.replays(worker);
    this.name = this.follower.name;
  }

  run(signal: AbortSignal): Promise<void> {
    return runFollower({ eventLog: this.eventLog, checkpoints: this.checkpoints }, this.follower, signal);
  }
}
