import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationModule, Parking, type ParkedKeys, type ParkingWorker } from '@app/application';
import {
  Checkpoints,
  EventUnreadable,
  isOpened,
  EventLog,
  programOf,
  runFollower,
  TopicLog,
  type Followable,
  type Follower,
} from '@app/eventing';
import type { Recorded } from '@app/kernel';
import type { ConversationEvent } from '@app/domain/conversation';
import { Background, logFailure } from '@app/platform';
import { asTopicValue, CONVERSATIONS_TOPIC, PUBLISHER, toPublic } from '@app/public-events';

type Event = Followable<ConversationEvent>;

/** Follows the record, which is the outbox, and writes what others may know to the topics, in order per conversation. */
@Module({ imports: [ApplicationModule] })
export class PublisherModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(PublisherModule.name);
  private readonly worker: ParkingWorker<Event> = {
    name: PUBLISHER,
    keyOf: ({ stream }) => stream,
    sourceOf: (event) => ({ programId: programOf(event), stream: event.stream, revision: event.revision }),
    read: (event) => event as Recorded<ConversationEvent>,
    handle: (event) => this.publish([event]),
    onParked: (error, { stream }) => logFailure(this.logger, error, stream),
  };

  constructor(
    private readonly background: Background,
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly topics: TopicLog,
    private readonly parking: Parking,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.topics.prepare([CONVERSATIONS_TOPIC]);
    const { eventLog, checkpoints } = this;
    this.background.startAsLeader(this.worker.name, async (signal) => {
      // Whoever led before may have parked some.
      this.parking.takeOver(this.worker.name);
      const parked = await this.parking.keysOf(this.worker.name);
      const handle = (events: readonly Followable[]): Promise<void> =>
        this.publishOrPark(events as readonly Event[], parked);
      await runFollower(
        { eventLog, checkpoints },
        { name: this.worker.name, categories: ['conversation'], handle },
        signal,
      );
    });
    const replays: Follower = this.parking.replays(this.worker);
    this.background.startAsLeader(replays.name, (signal) => runFollower({ eventLog, checkpoints }, replays, signal));
  }

  /** At once what stands behind nothing that waits; the rest one by one. @param parked streams of which something waits, or has waited */
  private async publishOrPark(events: readonly Event[], parked: ParkedKeys): Promise<void> {
    const [ready, behind]: [Event[], Event[]] = [[], []];
    for (const event of events) {
      if (!isOpened(event)) parked.add(event.stream);
      (parked.has(event.stream) ? behind : ready).push(event);
    }
    await this.publish(ready);
    for (const event of behind) await this.parking.handle(this.worker, event);
  }

  /** @throws EventUnreadable */
  private async publish(events: readonly Event[]): Promise<void> {
    const messages = events
      .map((event) => {
        if (!isOpened(event)) throw new EventUnreadable(event);
        return toPublic(event);
      })
      .filter((event) => event !== null)
      .map((event) => ({ key: event.conversationId, value: asTopicValue(event) }));
    if (messages.length > 0) await this.topics.publish(CONVERSATIONS_TOPIC, messages);
  }
}
