import type { Batch, Consumer as Client, EachBatchPayload } from 'kafkajs';
import type { ConsumedMessage, Consumer } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import { kafkaClient, notForLong, type KafkaOptions } from './connection.js';
import { Assignment } from './assignment.js';

const SESSION_TIMEOUT_MS = 10_000;
/** The group has dropped this member or changed its assignment; joining again fixes it. */
const OUT = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP']);

/** The cause is the handler's error. */
export class HandlerFailed extends Error {}

/** One membership of a group, on a client of its own, from joining until it ends or Kafka is lost. */
export class Membership {
  readonly #client: Client;
  readonly #ended = Promise.withResolvers<void>();
  readonly #assignment: Assignment;
  readonly #heartbeatInterval: number;
  #isOver = false;
  #out: unknown = null;
  #handling: Promise<unknown> = Promise.resolve();

  constructor(
    options: KafkaOptions,
    private readonly consumer: Consumer,
    onJoin: () => void,
  ) {
    const sessionTimeout = options.sessionTimeout ?? SESSION_TIMEOUT_MS;
    this.#heartbeatInterval = sessionTimeout / 10;
    this.#assignment = new Assignment(consumer, sessionTimeout);
    this.#client = kafkaClient(options).consumer({
      groupId: consumer.group,
      sessionTimeout,
      heartbeatInterval: this.#heartbeatInterval,
      // How long the others wait for a busy member in a rebalance.
      rebalanceTimeout: sessionTimeout * 3,
      // How long an idle member does not check for a rebalance or a stop; messages arrive at once.
      maxWaitTimeInMs: sessionTimeout / 20,
      allowAutoTopicCreation: false,
      partitionAssigners: [this.#assignment.assigner],
      retry: { restartOnFailure: async () => false },
    });
    this.#listen(onJoin);
  }

  /**
   * Resolves when the signal has aborted and the current batch is handled and committed.
   * @throws HandlerFailed when the handler rejected, with nothing of that batch committed
   * @throws the error with which kafkajs gave up
   */
  async run(): Promise<void> {
    const { signal } = this.consumer;
    const end = (): void => this.#ended.resolve();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const started = this.#start();
    started.catch(this.#ended.reject);
    try {
      await this.#ended.promise;
    } finally {
      signal.removeEventListener('abort', end);
      this.#isOver = true;
      this.#assignment.lose();
      await this.#leave(started);
    }
  }

  #listen(onJoin: () => void): void {
    const { events } = this.#client;
    this.#client.on(events.GROUP_JOIN, ({ payload }) => {
      if (this.#isOver) return;
      this.#out = null;
      this.#assignment.take(payload.memberAssignment);
      onJoin();
    });
    this.#client.on(events.HEARTBEAT, () => this.#assignment.confirm());
    this.#client.on(events.REBALANCING, () => this.#assignment.lose());
    this.#client.on(events.CRASH, ({ payload }) => this.#ended.reject(payload.error));
  }

  async #start(): Promise<void> {
    await this.#client.connect();
    if (this.#isOver) return;
    await this.#client.subscribe({ topics: [...this.consumer.topics], fromBeginning: true });
    if (this.#isOver) return;
    await this.#client.run({ eachBatchAutoResolve: false, eachBatch: (payload) => this.#take(payload) });
  }

  /** kafkajs commits the offsets resolved here before it continues. */
  async #take({ batch, heartbeat, resolveOffset }: EachBatchPayload): Promise<void> {
    if (this.#isOver) return;
    if (this.#out) throw this.#out;
    const beating = setInterval(
      () => void heartbeat().catch((error: unknown) => this.#missed(error)),
      this.#heartbeatInterval,
    );
    const handling = this.#handle(batch);
    this.#handling = handling;
    const isHandled = await handling;
    clearInterval(beating);
    if (isHandled) resolveOffset(batch.lastOffset());
  }

  async #handle(batch: Batch): Promise<boolean> {
    try {
      const messages = batch.messages.flatMap((message) => consumed(batch.partition, message));
      if (messages.length > 0) await this.consumer.handle(messages);
      return true;
    } catch (error) {
      this.#isOver = true;
      this.#ended.reject(new HandlerFailed('The handler failed', { cause: error }));
      return false;
    }
  }

  /** The new owner of the partition handles other fetched messages; only the current one is finished here. */
  #missed(error: unknown): void {
    if (!OUT.has((error as { type?: string }).type ?? '')) return;
    this.#out = error;
    this.#assignment.lose();
  }

  /** Stopping a client that is still joining would leave a member behind that nobody can stop; so it joins first. */
  async #leave(started: Promise<void>): Promise<void> {
    const left = started.catch(() => undefined).then(() => this.#client.disconnect());
    await Promise.race([left.catch(() => undefined), this.#handling.then(() => notForLong(left))]);
  }
}

/** Skips a message that is not a JSON object: it is not ours, and would block its partition forever. */
function consumed(partition: number, { key, value, offset }: Batch['messages'][number]): ConsumedMessage[] {
  const parsed = parse(String(value));
  return isObject(parsed) ? [{ key: String(key), value: parsed, offset: `${partition}:${offset}` }] : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
