import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationModule, Parking, type ParkedKeys, type ParkingWorker } from '@app/application';
import {
  Checkpoints,
  EventUnreadable,
  isOpened,
  EventLog,
  Partitions,
  programOf,
  runFollower,
  TopicLog,
  type Followable,
  type Follower,
  type TopicMessage,
} from '@app/eventing';
import { categoryOf, type Message, type Recorded } from '@app/kernel';
import { Background, logFailure } from '@app/platform';
import { PUBLISHER, topics, type Topic } from '@app/public-events';

/** Follows the event store, which is the outbox, and publishes public events to the topics, in order per stream. */
@Module({ imports: [ApplicationModule] })
export class PublisherModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(PublisherModule.name);
  private readonly worker: ParkingWorker<Followable> = {
    name: PUBLISHER,
    keyOf: ({ stream }) => stream,
    sourceOf: (event) => ({ programId: programOf(event), stream: event.stream, revision: event.revision }),
    read: (event) => event as Recorded<Message>,
    handle: (event) => this.publish([event]),
    onParked: (error, { stream }) => logFailure(this.logger, error, stream),
  };

  constructor(
    private readonly background: Background,
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly log: TopicLog,
    private readonly parking: Parking,
    private readonly partitions: Partitions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.log.prepare(topics.map(({ topic }) => topic));
    const { eventLog, checkpoints } = this;
    for (const part of this.partitions.all) {
      const name = part.nameOf(this.worker.name);
      this.background.startAsLeader(name, async (signal) => {
        // The former lease holder may have parked some.
        this.parking.takeOver(this.worker.name);
        const parked = await this.parking.keysOf(this.worker.name);
        const follower: Follower = {
          name,
          categories: topics.flatMap(({ categories }) => categories),
          part,
          handle: (events) => this.publishOrPark(events, parked),
        };
        await runFollower({ eventLog, checkpoints }, follower, signal);
      });
    }
    const replays: Follower = this.parking.replays(this.worker);
    this.background.startAsLeader(replays.name, (signal) => runFollower({ eventLog, checkpoints }, replays, signal));
  }

  /**
   * Publishes events of keys without parked messages at once; the rest one by one. @param parked streams that have or
   * had parked events
   */
  private async publishOrPark(events: readonly Followable[], parked: ParkedKeys): Promise<void> {
    const [ready, behind]: [Followable[], Followable[]] = [[], []];
    for (const event of events) {
      if (!isOpened(event)) parked.add(event.stream);
      (parked.has(event.stream) ? behind : ready).push(event);
    }
    await this.publish(ready);
    for (const event of behind) await this.parking.handle(this.worker, event);
  }

  /** @throws EventUnreadable */
  private async publish(events: readonly Followable[]): Promise<void> {
    const opened = events.map((event) => {
      if (!isOpened(event)) throw new EventUnreadable(event);
      return event;
    });
    for (const topic of topics) {
      const messages = messagesOf(topic, opened);
      if (messages.length > 0) await this.log.publish(topic.topic, messages);
    }
  }
}

const messagesOf = (
  { categories, toPublic, keyOf }: Topic,
  events: readonly Recorded<Message>[],
): readonly TopicMessage[] =>
  events
    .filter(({ stream }) => categories.includes(categoryOf(stream)))
    .map((event) => toPublic(event))
    .filter((event) => event !== null)
    .map((event) => ({ key: keyOf(event), value: event }));
