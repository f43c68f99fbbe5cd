import { Consumers, TopicLog, type Consumer, type TopicMessage } from '@app/eventing';
import { kafkaClient, untilDone, type KafkaOptions } from './connection.js';
import { consume } from './consume.js';
import { Sender } from './sender.js';

const PARTITIONS = 6;

/** Keys are distributed over the partitions of a topic; each group keeps one offset for each partition. */
export class KafkaTopicLog extends TopicLog {
  readonly #consumers = new Consumers();
  readonly #sender: Sender;
  readonly #prefix: string;

  constructor(private readonly options: KafkaOptions) {
    super();
    this.#sender = new Sender(options, this.#consumers.closing);
    this.#prefix = options.prefix ?? '';
  }

  async prepare(topics: readonly string[]): Promise<void> {
    const names = [...new Set(topics)].map((topic) => this.#prefix + topic);
    if (names.length > 0) await untilDone(() => this.#create(names), this.#consumers.closing);
  }

  /** Checked once: an unavailable Kafka does not prevent the start. */
  async checkAccess(): Promise<void> {
    const connect = async (): Promise<void> => {
      const admin = kafkaClient(this.options).admin();
      try {
        await admin.connect();
      } finally {
        await admin.disconnect();
      }
    };
    await untilDone(connect, this.#consumers.closing, 0);
  }

  async publish(topic: string, messages: readonly TopicMessage[]): Promise<void> {
    await this.#sender.send(this.#prefix + topic, messages);
  }

  async consume(consumer: Consumer): Promise<void> {
    const prefixed = {
      ...consumer,
      topics: consumer.topics.map((topic) => this.#prefix + topic),
      group: this.#prefix + consumer.group,
    };
    await this.#consumers.run(prefixed, (ended) => consume(this.options, ended));
  }

  /** Ends the consumers and the sending; unsent messages are rejected. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#consumers.close(), this.#sender.close()]);
  }

  async #create(names: readonly string[]): Promise<void> {
    const admin = kafkaClient(this.options).admin();
    try {
      await admin.connect();
      const existing = new Set(await admin.listTopics());
      const missing = names.filter((topic) => !existing.has(topic));
      const numPartitions = this.options.partitions ?? PARTITIONS;
      // Topics that another process creates at this moment are skipped.
      if (missing.length > 0) await admin.createTopics({ topics: missing.map((topic) => ({ topic, numPartitions })) });
      // A created topic is not ready yet: a batch sent now would reach some partitions, and be sent again to all.
      for (const topic of names) await admin.fetchTopicOffsets(topic);
    } finally {
      await admin.disconnect();
    }
  }
}
