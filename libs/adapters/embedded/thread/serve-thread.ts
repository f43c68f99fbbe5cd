import type { MessagePort } from 'node:worker_threads';
import { WrongExpectedRevision, type WrappedKeyring } from '@app/eventing';
import type { EmbeddedCheckpoints } from '../checkpoints.js';
import type { EmbeddedEventStore } from '../event-store.js';
import type { EmbeddedKeyStore } from '../key-store.js';
import { FileBusy } from '../sqlite.js';
import { Outbox, receive, type AppendOutcome, type FromOther, type FromOwner } from './messages.js';

export type OwnedFiles = {
  readonly eventStore: EmbeddedEventStore;
  readonly checkpoints: EmbeddedCheckpoints;
  readonly keys: EmbeddedKeyStore;
  readonly keyring: WrappedKeyring;
};

/**
 * Serves another thread of this process that uses the same folder, see {@link openBeside}: appends its events, tells it
 * the end of the event store, and learns from it which checkpoints have moved. Ends when the port is closed.
 */
export function serveThread({ eventStore, checkpoints, keys, keyring }: OwnedFiles, port: MessagePort): void {
  const outbox = new Outbox<FromOwner>(port);
  const endings = [
    eventStore.onCommit((last) => outbox.send({ type: 'committed', last })),
    keys.onDestroyed((subject) => outbox.send({ type: 'destroyed', subject })),
  ];
  receive<FromOther>(port, (message) => {
    switch (message.type) {
      case 'append':
        void outcomeOf(eventStore.add(message.append)).then((outcome) =>
          outbox.send({ type: 'appended', number: message.number, outcome }),
        );
        return;
      case 'moved':
        checkpoints.moved(message.checkpoint, message.to);
        return;
      case 'destroyed':
        keyring.forget(message.subject);
    }
  });
  port.on('close', () => {
    for (const end of endings) end();
  });
}

async function outcomeOf(appending: ReturnType<EmbeddedEventStore['add']>): Promise<AppendOutcome> {
  try {
    return { result: await appending };
  } catch (error) {
    if (error instanceof WrongExpectedRevision) {
      const { stream, expected, actual } = error;
      return { conflict: { stream, expected, actual } };
    }
    if (error instanceof FileBusy) return { busy: true };
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
