import { Module, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { gatewayProviders } from '@app/composition/gateways';
import { ApplicationModule } from '@app/application';
import { TopicLog, TrustedClock } from '@app/eventing';
import { Background, Readiness } from '@app/platform';
import { CONVERSATIONS_TOPIC } from '@app/public-events';
import { QueriesModule } from '@app/read-models';
import type { BackgroundTask } from './background-task.js';
import { DeliveryTasks } from './dispatch/delivery-tasks.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { FairQueues } from './dispatch/fair-queues.js';
import { Roads } from './dispatch/roads.js';
import { Slots } from './dispatch/slots.js';
import { InboundPoller } from './inbound/inbound-poller.js';
import { MissedTexts } from './inbound/missed-texts.js';
import { OptOuts } from './inbound/opt-outs.js';
import { PolledAccounts } from './inbound/polled-accounts.js';
import { DeliveriesModel } from './reconcile/deliveries-model.js';
import { OverdueDeliveries } from './reconcile/overdue-deliveries.js';
import { ProviderLists } from './reconcile/provider-lists.js';
import { Reconciler } from './reconcile/reconciler.js';
import { Settlement } from './reconcile/settlement.js';
import { UncertainDeliveries } from './reconcile/uncertain-deliveries.js';
import { DeliveryRequests } from './requests/delivery-requests.js';
import { MessageConsumer } from './requests/message-consumer.js';
import { MessageWorker } from './requests/message-worker.js';
import { ParkedReplays } from './requests/parked-replays.js';
import { Recipients } from './requests/recipients.js';
import { RecordedMessages } from './requests/recorded-messages.js';
import { Republisher } from './requests/republisher.js';
import { RequestCheck } from './requests/request-check.js';
import { UndeliveredSweep } from './requests/undelivered-sweep.js';
import { WaitingForStaff } from './requests/waiting-for-staff.js';
import { Attempts } from './send/attempts.js';
import { DeliverySender } from './send/delivery-sender.js';
import { DeliveryWriter } from './send/delivery-writer.js';
import { Digests } from './send/digests.js';
import { Emails } from './send/emails.js';
import { EmailGate } from './send/email-gate.js';
import { EmailComposer } from './send/email-composer.js';
import { Holds } from './send/holds.js';
import { MessageContents } from './send/message-content.js';
import { OrderedSender } from './send/ordered-sender.js';
import { ProviderCalls } from './send/provider-calls.js';

const tasks: readonly Type<BackgroundTask>[] = [
  MessageConsumer,
  Dispatcher,
  Reconciler,
  InboundPoller,
  WaitingForStaff,
  UndeliveredSweep,
  ParkedReplays,
  OptOuts,
];

/** Sends the messages of the topics. The only holder of gateways. */
@Module({
  imports: [ApplicationModule, QueriesModule],
  providers: [
    ...gatewayProviders,
    ...tasks,
    DeliveryTasks,
    FairQueues,
    Roads,
    Slots,
    MissedTexts,
    PolledAccounts,
    DeliveriesModel,
    OverdueDeliveries,
    ProviderLists,
    Settlement,
    UncertainDeliveries,
    DeliveryRequests,
    MessageWorker,
    Recipients,
    RecordedMessages,
    Republisher,
    RequestCheck,
    Attempts,
    DeliverySender,
    DeliveryWriter,
    EmailComposer,
    EmailGate,
    Emails,
    Digests,
    Holds,
    MessageContents,
    OrderedSender,
    ProviderCalls,
  ],
})
export class NotifierModule implements OnApplicationBootstrap {
  constructor(
    private readonly background: Background,
    private readonly modules: ModuleRef,
    private readonly topics: TopicLog,
    private readonly trustedClock: TrustedClock,
    private readonly readiness: Readiness,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.readiness.require(() => this.trustedClock.whyNot());
    await this.topics.prepare([CONVERSATIONS_TOPIC]);
    for (const task of tasks.map((type) => this.modules.get(type))) {
      const run = (signal: AbortSignal): Promise<void> => task.run(signal);
      if (task.isLeaderOnly) this.background.startAsLeader(task.name, run);
      else this.background.start(task.name, run);
    }
  }
}
