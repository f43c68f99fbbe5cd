import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Aggregates, Checkpoints, EventCodec, EventStore, Journal, Keyring, ReadModelStore, TopicLog } from '@app/eventing';
import { eventTypes } from '@app/domain';
import type { Embedded } from './embedded/index.js';

const EMBEDDED = Symbol('embedded engines');

/** The engines the configuration asks for, behind their ports, opened before anything that needs them and closed last. */
@Global()
@Module({})
export class EnginesModule implements OnApplicationShutdown {
  constructor(@Inject(EMBEDDED) private readonly embedded: Embedded) {}

  static with(embedded: Embedded): DynamicModule {
    return {
      module: EnginesModule,
      providers: [
        { provide: EMBEDDED, useValue: embedded },
        { provide: EventStore, useValue: embedded.eventStore },
        { provide: ReadModelStore, useValue: embedded.readModels },
        { provide: Checkpoints, useValue: embedded.checkpoints },
        { provide: TopicLog, useValue: embedded.topics },
        { provide: Keyring, useValue: embedded.keyring },
        { provide: EventCodec, useFactory: (keyring: Keyring) => new EventCodec(eventTypes, keyring), inject: [Keyring] },
        { provide: Journal, useFactory: (store: EventStore, codec: EventCodec) => new Journal(store, codec), inject: [EventStore, EventCodec] },
        { provide: Aggregates, useFactory: (journal: Journal, keyring: Keyring) => new Aggregates(journal, keyring), inject: [Journal, Keyring] },
      ],
      exports: [EventStore, ReadModelStore, Checkpoints, TopicLog, Keyring, Journal, Aggregates],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.embedded.close();
  }
}
