import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InboundTopics, inboundTopics, type InboundTopic } from '@app/application';
import { inOrderPerKey, TopicLog, type ConsumedMessage, type TopicMessage } from '@app/eventing';
import { Background, Configuration } from '@app/platform';

const topics = Object.keys(inboundTopics) as readonly InboundTopic[];

/** Where messages go that cannot be accepted. */
export const deadLettersOf = (topic: InboundTopic): string => `${topic}.dead`;

/** Consumes what other systems write, in order per key, if topics may write into any program. */
@Injectable()
export class InboundConsumers implements OnApplicationBootstrap {
  private readonly logger = new Logger(InboundConsumers.name);
  private readonly programs: readonly string[];

  constructor(
    private readonly background: Background,
    private readonly log: TopicLog,
    private readonly inbound: InboundTopics,
    { INBOUND_PROGRAMS }: Configuration,
  ) {
    this.programs = INBOUND_PROGRAMS?.split(',') ?? [];
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.programs.length === 0) return;
    await this.log.prepare(topics.flatMap((topic) => [topic, deadLettersOf(topic)]));
    for (const topic of topics)
      this.background.start(topic, (signal) =>
        this.log.consume({
          topics: [topic],
          group: `automation-${topic}`,
          signal,
          handle: (messages) => this.handle(topic, messages),
        }),
      );
  }

  private async handle(topic: InboundTopic, messages: readonly ConsumedMessage[]): Promise<void> {
    await inOrderPerKey(
      messages,
      ({ key }) => [key],
      async ({ key, value }) => {
        const dead = await this.inbound.handle(topic, value, this.programs);
        if (dead) await this.bury(topic, { key, value: { ...dead, message: value } });
      },
    );
  }

  private async bury(topic: InboundTopic, letter: TopicMessage): Promise<void> {
    this.logger.warn({ event: 'message not accepted', topic, reason: letter.value['reason'] });
    await this.log.publish(deadLettersOf(topic), [letter]);
  }
}
