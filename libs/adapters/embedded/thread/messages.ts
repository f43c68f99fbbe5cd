import type { AppendResult, ExpectedRevision } from '@app/eventing';
import type { MessagePort } from 'node:worker_threads';
import type { Append } from '../record-writer.js';

/** From the thread that owns the folder. */
export type FromOwner =
  /** The row of the last event. */
  | { readonly type: 'committed'; readonly last: number }
  | { readonly type: 'appended'; readonly number: number; readonly outcome: AppendOutcome }
  | { readonly type: 'destroyed'; readonly subject: string };

/** From the thread beside it. */
export type FromOther =
  | { readonly type: 'append'; readonly number: number; readonly append: Append }
  | { readonly type: 'moved'; readonly checkpoint: string; readonly to: string }
  | { readonly type: 'destroyed'; readonly subject: string };

/** Errors lose their class between threads. */
export type AppendOutcome =
  | { readonly result: AppendResult }
  | {
      readonly conflict: {
        readonly stream: string;
        readonly expected: ExpectedRevision;
        readonly actual: ExpectedRevision;
      };
    }
  | { readonly busy: true }
  | { readonly failure: string };

/** Sends the messages of one turn of the event loop together, in their order. */
export class Outbox<Sent> {
  #waiting: Sent[] = [];

  constructor(private readonly port: MessagePort) {}

  send(message: Sent): void {
    this.#waiting.push(message);
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.port.postMessage(this.#waiting);
    this.#waiting = [];
  }
}

export const receive = <Received>(port: MessagePort, handle: (message: Received) => void): void => {
  port.on('message', (messages: readonly Received[]) => messages.forEach(handle));
};
