import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { gatewayProviders } from '@app/adapters/gateways';
import { ApplicationModule } from '@app/application';
import { TopicLog } from '@app/eventing';
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
        handle: async (messages) => {
          for (const { value } of messages) await this.requests.requestFor(fromTopicValue(value));
        },
      }),
    );
    this.background.start('notifier dispatcher', (signal) => this.dispatcher.run(signal));
    this.background.start('notifier reconciler', (signal) => this.reconciler.run(signal));
  }
}
