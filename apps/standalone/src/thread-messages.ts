import type { MessagePort } from 'node:worker_threads';
import type { Configuration } from '@app/platform';

export type ThreadData = {
  readonly configuration: Configuration;
  /** The engines, see {@link Engines.serveThread}. */
  readonly engines: MessagePort;
};

export type ToThread =
  /** Where the API listens. */
  | { readonly type: 'listening'; readonly url: string }
  /** Asks why the thread cannot do its work: a text, or `null` when it can. */
  | { readonly type: 'check'; readonly answerTo: MessagePort }
  /** Finish current work, and end. */
  | { readonly type: 'close' };
