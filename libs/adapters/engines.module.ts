import { Global, Inject, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Aggregates, Checkpoints, Clock, EventCodec, EventStore, Journal, Keyring, Leadership, ReadModelStore, TopicLog, TrustedClock, type Engines } from '@app/eventing';
import { eventTypes } from '@app/domain';

const ENGINES = Symbol('engines');

const logger = new Logger('Clock');

const reportClock = (reason: string | null): void => logger.warn({ event: 'clock', reason: reason ?? 'The clock of this machine is right again' });

/** The engines the configuration asks for, behind their ports, opened before anything that needs them and closed last. */
@Global()
@Module({})
export class EnginesModule implements OnApplicationShutdown {
  constructor(@Inject(ENGINES) private readonly engines: Engines) {}

  static with(engines: Engines): DynamicModule {
    return {
      module: EnginesModule,
      providers: [
        { provide: ENGINES, useValue: engines },
        { provide: EventStore, useValue: engines.eventStore },
        { provide: ReadModelStore, useValue: engines.readModels },
        { provide: Checkpoints, useValue: engines.checkpoints },
        { provide: TopicLog, useValue: engines.topics },
        { provide: Keyring, useValue: engines.keyring },
        { provide: Leadership, useValue: engines.leadership },
        { provide: EventCodec, useFactory: (keyring: Keyring) => new EventCodec(eventTypes, keyring), inject: [Keyring] },
        { provide: Journal, useFactory: (store: EventStore, codec: EventCodec) => new Journal(store, codec), inject: [EventStore, EventCodec] },
        { provide: Aggregates, useFactory: (journal: Journal, keyring: Keyring) => new Aggregates(journal, keyring), inject: [Journal, Keyring] },
        { provide: TrustedClock, useFactory: (clock: Clock) => new TrustedClock(clock, engines.clocks, reportClock), inject: [Clock] },
      ],
      exports: [EventStore, ReadModelStore, Checkpoints, TopicLog, Keyring, Leadership, Journal, Aggregates, TrustedClock],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.engines.close();
  }
}
