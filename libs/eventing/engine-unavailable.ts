/** Engines that a process reaches over the network. */
export type Engine = 'EventStoreDB' | 'MongoDB' | 'Kafka';

/**
 * An engine cannot be reached, or did not answer in time. What was asked may have been done: ask again unchanged.
 * Nothing is wrong with what was asked, so whoever follows the record waits and tries again, however long it takes.
 */
export class EngineUnavailable extends Error {
  constructor(
    readonly engine: Engine,
    cause?: unknown,
  ) {
    super(`${engine} cannot be reached`, { cause });
    this.name = 'EngineUnavailable';
  }
}
