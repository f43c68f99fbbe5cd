import { Consumers, TopicLog, Wakeup, type ConsumedMessage, type Consumer, type TopicMessage } from '@app/eventing';
import type { JsonObject } from '@app/kernel';
import type { GroupedWrites } from './grouped-writes.js';
import type { Database } from './sqlite.js';

type MessageRow = { readonly offset: number; readonly key: string; readonly value: string };

type Batch = {
  readonly topic: string;
  readonly messages: readonly ConsumedMessage[];
  readonly last: ConsumedMessage;
};

const BATCH = 200;

/** Topics of one partition each, with one offset for each group and topic. */
export class EmbeddedTopicLog extends TopicLog {
  readonly #published = new Wakeup();
  readonly #released = new Wakeup();
  /** Group and topic pairs that have an active member. */
  readonly #taken = new Set<string>();
  readonly #consumers = new Consumers();

  /** @param flushed whether messages are on disk when `publish` resolves; not needed if the publisher's checkpoint is in the same file */
  constructor(
    private readonly db: Database,
    private readonly writes: GroupedWrites,
    private readonly flushed: boolean,
  ) {
    super();
    db.exec(`
      CREATE TABLE IF NOT EXISTS topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE IF NOT EXISTS messages (
        "offset" INTEGER PRIMARY KEY, topic INTEGER NOT NULL REFERENCES topics, key TEXT NOT NULL, value TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS messages_by_topic ON messages (topic, "offset");
      CREATE TABLE IF NOT EXISTS offsets (
        consumers TEXT NOT NULL, topic TEXT NOT NULL, "offset" INTEGER NOT NULL, PRIMARY KEY (consumers, topic)) WITHOUT ROWID`);
  }

  /** The first message creates a topic. */
  async prepare(): Promise<void> {}

  async publish(topic: string, messages: readonly TopicMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const rows = messages.map(({ key, value }) => ({ key, value: JSON.stringify(value) }));
    await this.writes.add(
      () => {
        this.db.run('INSERT INTO topics (name) VALUES (?) ON CONFLICT DO NOTHING', topic);
        const { id } = this.db.first<{ id: number }>('SELECT id FROM topics WHERE name = ?', topic);
        for (const { key, value } of rows) {
          this.db.run('INSERT INTO messages (topic, key, value) VALUES (?, ?, ?)', id, key, value);
        }
      },
      { durable: this.flushed },
    );
    this.#published.wake();
  }

  async consume(consumer: Consumer): Promise<void> {
    await this.#consumers.run(consumer, (ended) => this.#consume(ended));
  }

  /** Ends the consumers after they have finished their current batch. */
  async close(): Promise<void> {
    await this.#consumers.close();
  }

  async #consume(consumer: Consumer): Promise<void> {
    const { topics, group, signal } = consumer;
    const pairs = topics.map((topic) => JSON.stringify([group, topic]));
    while (pairs.some((pair) => this.#taken.has(pair)) && !signal.aborted) await this.#released.wait({ signal });
    if (signal.aborted) return;
    for (const pair of pairs) this.#taken.add(pair);
    consumer.onAssignment?.(() => true);
    try {
      await this.#run(consumer);
    } finally {
      consumer.onAssignment?.(() => false);
      for (const pair of pairs) this.#taken.delete(pair);
      this.#released.wake();
    }
  }

  async #run(consumer: Consumer): Promise<void> {
    const { group, signal } = consumer;
    let topics = consumer.topics;
    while (!signal.aborted) {
      // No await is allowed between this reading of all topics and the wait, or a message could go unnoticed.
      const batch = this.#next(group, topics);
      if (!batch) {
        await this.#published.wait({ signal });
        continue;
      }
      await consumer.handle(batch.messages);
      await this.writes.add(() =>
        this.db.run('INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)', group, batch.topic, Number(batch.last.offset)),
      );
      // The topic that was just handled goes to the back.
      topics = [...topics.filter((topic) => topic !== batch.topic), batch.topic];
    }
  }

  #next(group: string, topics: readonly string[]): Batch | undefined {
    for (const topic of topics) {
      const messages = this.#read(group, topic);
      const last = messages.at(-1);
      if (last) return { topic, messages, last };
    }
    return undefined;
  }

  #read(group: string, topic: string): ConsumedMessage[] {
    const rows = this.db.all<MessageRow>(
      `SELECT "offset", key, value FROM messages
       WHERE topic = (SELECT id FROM topics WHERE name = ?)
         AND "offset" > coalesce((SELECT "offset" FROM offsets WHERE consumers = ? AND topic = ?), 0)
       ORDER BY "offset" LIMIT ${BATCH}`,
      topic,
      group,
      topic,
    );
    return rows.map(({ offset, key, value }) => ({
      offset: String(offset),
      key,
      value: JSON.parse(value) as JsonObject,
    }));
  }
}
