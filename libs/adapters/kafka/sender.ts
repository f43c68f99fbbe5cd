import { Partitioners, type Producer } from 'kafkajs';
import { EngineUnavailable, type TopicMessage } from '@app/eventing';
import { kafkaClient, notForLong, REQUEST_TIMEOUT_MS, untilDone, type KafkaOptions } from './connection.js';

type Call = { left: number; readonly resolve: () => void; readonly reject: (error: unknown) => void };
type Pending = {
  readonly topic: string;
  readonly message: { readonly key: string; readonly value: string };
  readonly call: Call;
};

/** In characters; a batch for one partition must stay below the broker's largest message, 1 MB by default. */
const LARGEST_BATCH = 250_000;

/**
 * Sends one batch after the other, in the order of the calls; calls made meanwhile share a batch. A later message never
 * overtakes one that is retried. kafkajs itself would allow that, and its idempotent producer loses messages.
 */
export class Sender {
  #pending: Pending[] = [];
  #batch: Pending[] = [];
  #sending: Promise<void> | null = null;
  #producer: Producer | null = null;

  constructor(
    private readonly options: KafkaOptions,
    private readonly closing: AbortSignal,
  ) {}

  /** @throws EngineUnavailable after about ten seconds without a response; some or all messages may be stored then */
  send(topic: string, messages: readonly TopicMessage[]): Promise<void> {
    if (messages.length === 0) return Promise.resolve();
    if (this.closing.aborted) return Promise.reject(new EngineUnavailable('Kafka', new Error('closed')));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const call = { left: messages.length, resolve, reject };
    for (const { key, value } of messages)
      this.#pending.push({ topic, message: { key, value: JSON.stringify(value) }, call });
    this.#sending ??= this.#sendAll();
    return promise;
  }

  /** Call it after `closing` aborted. Unsent messages are rejected. */
  async close(): Promise<void> {
    await notForLong(Promise.resolve(this.#sending).then(() => this.#producer?.disconnect()));
    this.#reject(new EngineUnavailable('Kafka', new Error('closed')));
  }

  async #sendAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = (this.#batch = this.#nextBatch());
      try {
        await untilDone(() => this.#sendOnce(batch), this.closing);
        for (const { call } of batch) if (--call.left === 0) call.resolve();
      } catch (error) {
        this.#reject(error);
      }
    }
    this.#batch = [];
    this.#sending = null;
  }

  /** Later calls fail too; otherwise their messages would overtake those of callers who retry. */
  #reject(error: unknown): void {
    for (const { call } of [...this.#batch, ...this.#pending.splice(0)]) call.reject(error);
  }

  #nextBatch(): Pending[] {
    let size = 0;
    const end = this.#pending.findIndex(
      ({ message }, index) => (size += message.value.length + message.key.length) > LARGEST_BATCH && index > 0,
    );
    return this.#pending.splice(0, end < 0 ? this.#pending.length : end);
  }

  async #sendOnce(batch: readonly Pending[]): Promise<void> {
    const topicMessages = [...Map.groupBy(batch, ({ topic }) => topic)].map(([topic, pending]) => ({
      topic,
      messages: pending.map(({ message }) => message),
    }));
    try {
      this.#producer ??= await this.#connect();
      await this.#producer.sendBatch({ topicMessages, acks: -1, timeout: REQUEST_TIMEOUT_MS });
    } catch (error) {
      // A failed producer may stay broken, as after one of its topics was deleted.
      const broken = this.#producer;
      this.#producer = null;
      await broken?.disconnect();
      throw error;
    }
  }

  async #connect(): Promise<Producer> {
    const producer = kafkaClient(this.options).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    return producer;
  }
}
