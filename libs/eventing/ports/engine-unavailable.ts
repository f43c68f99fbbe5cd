import { TemporaryFailure } from './temporary-failure.js';

/** Engines that a process reaches over the network. */
export type Engine = 'EventStoreDB' | 'MongoDB' | 'Kafka';

/** An engine cannot be reached, or did not respond in time. It may have carried out the request: retry it unchanged. */
export class EngineUnavailable extends TemporaryFailure {
  constructor(
    readonly engine: Engine,
    cause?: unknown,
  ) {
    super(`${engine} cannot be reached`, { cause });
    this.name = 'EngineUnavailable';
  }
}
