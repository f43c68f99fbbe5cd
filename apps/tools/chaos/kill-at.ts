import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { MailFolderGateway } from '@app/adapters/email';
import { TwilioSmsGateway } from '@app/adapters/twilio';
import { ENGINES_OPENED } from '@app/composition';
import type { Consumer, Engines } from '@app/eventing';

/**
 * Loaded before the product (`node --import`), it kills the process at one step, without changes to the product's code.
 * The file KILL_FILE names the step, such as `before DeliveryClaimed`; it can be written while the process runs, and is
 * deleted by the kill, so that the next process lives. Steps: an event's type, `text`, `mail`, `topic publish`, `topic
 * commit`, and `checkpoint` with its name.
 */
const file = process.env['KILL_FILE'] ?? '';
/** By then, a batch's offset is committed. */
const COMMITTED_MS = 100;

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

subscribe(ENGINES_OPENED, (message) => {
  const { eventStore, topics, checkpoints, readModels } = message as Engines;
  eventStore.append = around(eventStore.append, (_stream, _expected, events) =>
    events.map(({ type }) => type.slice(0, type.lastIndexOf('.v'))),
  );
  topics.publish = around(topics.publish, () => ['topic publish']);
  checkpoints.set = around(checkpoints.set, (name) => [`checkpoint ${name}`]);
  readModels.write = around(readModels.write, ({ name }) => [`checkpoint ${name}`]);
  const consume = topics.consume;
  topics.consume = function (this: typeof topics, consumer) {
    return consume.call(this, { ...consumer, handle: commitAfter(consumer.handle) });
  };
});

/** The offset is committed as soon as the handler has ended. */
const commitAfter =
  (handle: Consumer['handle']): Consumer['handle'] =>
  async (messages) => {
    await handle(messages);
    dieAt('before', ['topic commit']);
    setTimeout(() => dieAt('after', ['topic commit']), COMMITTED_MS);
  };

const text = TwilioSmsGateway.prototype;
text.send = around(text.send, () => ['text']);

const mail = MailFolderGateway.prototype;
mail.send = around(mail.send, () => ['mail']);
