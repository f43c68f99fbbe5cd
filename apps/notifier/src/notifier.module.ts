import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { gatewayProviders } from '@app/composition/gateways';
import { ApplicationModule, Parking, type ParkingWorker } from '@app/application';
import {
  Checkpoints,
  EventLog,
  runFollower,
  inOrderPerKey,
  TopicLog,
  TrustedClock,
  type ConsumedMessage,
} from '@app/eventing';
import { streamOf, type Recorded } from '@app/kernel';
import { conversationAggregate, type ConversationEvent } from '@app/domain/conversation';
import { Background, logFailure, Readiness } from '@app/platform';
import { CONVERSATIONS_TOPIC, fromTopicValue } from '@app/public-events';
import { QueriesModule } from '@app/read-models';
import { DeliveryRequests } from './requests/delivery-requests.js';
import { NOTIFIER, parkingKey } from './requests/parking-key.js';
import { Recipients } from './requests/recipients.js';
import { recordedMessage, RecordedMessages, type RecordedMessage } from './requests/recorded-messages.js';
import { RequestCheck } from './requests/request-check.js';
import { DeliverySender } from './send/delivery-sender.js';
import { DeliveryTasks } from './dispatch/delivery-tasks.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { EmailComposer } from './send/email-composer.js';
import { FairQueues } from './dispatch/fair-queues.js';
import { Holds } from './send/holds.js';
import { OrderedSender } from './send/ordered-sender.js';
import { InboundPoller } from './inbound/inbound-poller.js';
import { MessageContents } from './send/message-content.js';
import { MissedTexts } from './inbound/missed-texts.js';
import { OptOuts } from './inbound/opt-outs.js';
import { PolledAccounts } from './inbound/polled-accounts.js';
import { Reconciler } from './reconcile/reconciler.js';
import { Roads } from './dispatch/roads.js';
import { Slots } from './dispatch/slots.js';
import { SWEEP, UndeliveredSweep } from './requests/undelivered-sweep.js';
import { WaitingForStaff } from './requests/waiting-for-staff.js';

/** Sends what the topics ask for. The only holder of gateways. */
@Module({
  imports: [ApplicationModule, QueriesModule],
  providers: [
    ...gatewayProviders,
    DeliveryRequests,
    DeliverySender,
    DeliveryTasks,
    Dispatcher,
    EmailComposer,
    FairQueues,
    Holds,
    InboundPoller,
    MessageContents,
    MissedTexts,
    OptOuts,
    OrderedSender,
    PolledAccounts,
    Recipients,
    Reconciler,
    RecordedMessages,
    RequestCheck,
    Roads,
    Slots,
    UndeliveredSweep,
    WaitingForStaff,
  ],
})
export class NotifierModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(NotifierModule.name);
  private readonly worker: ParkingWorker<RecordedMessage> = {
    name: NOTIFIER,
    keyOf: ({ event }) => parkingKey(event),
    sourceOf: ({ event: { programId, conversationId, revision } }) => ({
      programId,
      stream: streamOf(conversationAggregate, conversationId),
      revision,
    }),
    read: (source) => recordedMessage(source as Recorded<ConversationEvent>),
    handle: (message) => this.requests.requestFor(message),
    onParked: (error, { stream }) => logFailure(this.logger, error, stream),
  };

  constructor(
    private readonly background: Background,
    private readonly topics: TopicLog,
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly parking: Parking,
    private readonly messages: RecordedMessages,
    private readonly requests: DeliveryRequests,
    private readonly dispatcher: Dispatcher,
    private readonly reconciler: Reconciler,
    private readonly inboundPoller: InboundPoller,
    private readonly waitingForStaff: WaitingForStaff,
    private readonly sweep: UndeliveredSweep,
    private readonly optOuts: OptOuts,
    private readonly trustedClock: TrustedClock,
    private readonly readiness: Readiness,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.readiness.require(() => this.trustedClock.whyNot());
    await this.topics.prepare([CONVERSATIONS_TOPIC]);
    const { eventLog, checkpoints, topics, dispatcher } = this;
    const handle = (messages: readonly ConsumedMessage[]): Promise<void> => this.request(messages);
    // Who requests a conversation's deliveries sends them too, so that they go out in order however many notifiers there are.
    const onAssignment = (owns: (conversationId: string) => boolean): void => {
      this.parking.takeOver(NOTIFIER);
      dispatcher.assign(owns);
    };
    this.background.start('notifier requests', (signal) =>
      topics.consume({ topics: [CONVERSATIONS_TOPIC], group: 'notifier', signal, handle, onAssignment }),
    );
    this.background.start('notifier dispatcher', (signal) => dispatcher.run(signal));
    this.background.startAsLeader('notifier reconciler', (signal) => this.reconciler.run(signal));
    this.background.startAsLeader('notifier inbound poller', (signal) => this.inboundPoller.run(signal));
    this.background.startAsLeader('notifier waiting for staff', (signal) => this.waitingForStaff.run(signal));
    this.background.startAsLeader(SWEEP, (signal) => this.sweep.run(signal));
    for (const follower of [this.parking.replays(this.worker), this.optOuts])
      this.background.startAsLeader(follower.name, (signal) =>
        runFollower({ eventLog, checkpoints }, follower, signal),
      );
  }

  /** Messages of one conversation one after the other; those of several side by side, so that they share commits. */
  private async request(messages: readonly ConsumedMessage[]): Promise<void> {
    const events = messages
      .map(({ value }) => fromTopicValue(value))
      .filter((event) => event !== null)
      .filter(DeliveryRequests.concerns);
    await inOrderPerKey(
      events,
      ({ conversationId }) => [conversationId],
      async (event) => {
        const message = await this.messages.find(event);
        if (message) await this.parking.handle(this.worker, message);
      },
    );
  }
}
