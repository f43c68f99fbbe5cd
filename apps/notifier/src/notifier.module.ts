import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { gatewayProviders } from '@app/adapters/gateways';
import { ApplicationModule } from '@app/application';
import { TopicLog, type ConsumedMessage } from '@app/eventing';
import { Background } from '@app/platform';
import { CONVERSATIONS_TOPIC, fromTopicValue } from '@app/public-events';
import { QueriesModule } from '@app/read-models';
import { DeliveryRequests } from './delivery-requests.js';
import { Dispatcher } from './dispatcher.js';
import { EmailComposer } from './email-composer.js';
import { MessageContents } from './message-content.js';
import { Reconciler } from './reconciler.js';

/** Sends what the topics ask for. The only holder of gateways. */
@Module({
  imports: [ApplicationModule, QueriesModule],
  providers: [...gatewayProviders, DeliveryRequests, Dispatcher, EmailComposer, MessageContents, Reconciler],
})
export class NotifierModule implements OnApplicationBootstrap {
  constructor(
    private readonly background: Background,
    private readonly topics: TopicLog,
    private readonly requests: DeliveryRequests,
    private readonly dispatcher: Dispatcher,
    private readonly reconciler: Reconciler,
  ) {}

  onApplicationBootstrap(): void {
    this.background.start('notifier requests', (signal) =>
      this.topics.consume({
        topics: [CONVERSATIONS_TOPIC],
        group: 'notifier',
        signal,
        handle: (messages) => this.request(messages),
      }),
    );
    this.background.start('notifier dispatcher', (signal) => this.dispatcher.run(signal));
    this.background.start('notifier reconciler', (signal) => this.reconciler.run(signal));
  }
  /** Messages of one conversation one after the other; those of several side by side, so that they share commits. */
  private async request(messages: readonly ConsumedMessage[]): Promise<void> {
    const conversations = [...Map.groupBy(messages, ({ key }) => key).values()];
    const requested = await Promise.allSettled(
      conversations.map(async (ofOne) => {
        for (const { value } of ofOne) await this.requests.requestFor(fromTopicValue(value));
      }),
    );
    // All have ended before the batch is handled again.
    for (const one of requested) if (one.status === 'rejected') throw one.reason;
  }
}
