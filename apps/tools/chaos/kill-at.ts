import { existsSync, readFileSync, rmSync } from 'node:fs';
import { MailFolderGateway } from '@app/adapters/email';
import { TwilioSmsGateway } from '@app/adapters/twilio';
import { EmbeddedCheckpoints } from '../../../libs/adapters/embedded/checkpoints.js';
import { EmbeddedEventStore } from '../../../libs/adapters/embedded/event-store.js';
import { EmbeddedReadModelStore } from '../../../libs/adapters/embedded/read-model-store.js';
import { Database } from '../../../libs/adapters/embedded/sqlite.js';
import { EmbeddedTopicLog } from '../../../libs/adapters/embedded/topic-log.js';

/**
 * Loaded before the product (`node --import`), it ends the process at one step, from outside the product's code. The file
 * KILL_FILE names the step, such as `before DeliveryClaimed`; it can be written while the process runs, and goes with the
 * kill, so that the next process lives. Steps: an event's type, `text`, `mail`, `topic publish`, `topic commit`, and
 * `checkpoint` with its name.
 */
const file = process.env['KILL_FILE'] ?? '';

function dieAt(when: 'before' | 'after', steps: readonly string[]): void {
  if (!existsSync(file) || !steps.some((step) => `${when} ${step}` === readFileSync(file, 'utf8'))) return;
  rmSync(file);
  process.kill(process.pid, 'SIGKILL');
}

const around = <Self, Given extends readonly unknown[], Result>(
  method: (this: Self, ...given: Given) => Promise<Result>,
  stepsOf: (...given: Given) => readonly string[],
) =>
  async function (this: Self, ...given: Given): Promise<Result> {
    const steps = stepsOf(...given);
    dieAt('before', steps);
    const result = await method.call(this, ...given);
    dieAt('after', steps);
    return result;
  };

const store = EmbeddedEventStore.prototype;
store.append = around(store.append, (_stream, _expected, events) =>
  events.map(({ type }) => type.slice(0, type.lastIndexOf('.v'))),
);

const topics = EmbeddedTopicLog.prototype;
topics.publish = around(topics.publish, () => ['topic publish']);

const checkpoints = EmbeddedCheckpoints.prototype;
checkpoints.set = around(checkpoints.set, (name) => [`checkpoint ${name}`]);

const readModels = EmbeddedReadModelStore.prototype;
readModels.write = around(readModels.write, ({ name }) => [`checkpoint ${name}`]);

const text = TwilioSmsGateway.prototype;
text.send = around(text.send, () => ['text']);

const mail = MailFolderGateway.prototype;
mail.send = around(mail.send, () => ['mail']);

// The offset is committed inside the topic log, by this statement.
const database = Database.prototype;
const run = database.run;
database.run = function (this: Database, sql, ...values) {
  const steps = sql.includes('INTO offsets') ? ['topic commit'] : [];
  dieAt('before', steps);
  const changes = run.call(this, sql, ...values);
  dieAt('after', steps);
  return changes;
};
