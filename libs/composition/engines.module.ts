import { join } from 'node:path';
import {
  Global,
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import {
  Aggregates,
  Checkpoints,
  Clock,
  EngineUnavailable,
  EventCodec,
  EventStore,
  ExportFiles,
  EventLog,
  Keyring,
  Leadership,
  Partitions,
  Progress,
  ReadModelStore,
  RecordCheck,
  Scheduler,
  TopicLog,
  TrustedClock,
  UploadedFiles,
  type Engines,
} from '@app/eventing';
import { LocalFiles } from '@app/adapters/files';
import { eventTypes, subjectHomes, upcasters } from '@app/domain';
import { Configuration } from '@app/platform';

const ENGINES = Symbol('engines');

const logger = new Logger('Clock');

const reportClock = (reason: string | null): void =>
  logger.warn({ event: 'clock', reason: reason ?? 'The clock of this machine is right again' });

/** The configured engines, behind their ports, opened before their users and closed last. */
@Global()
@Module({})
export class EnginesModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(ENGINES) private readonly engines: Engines,
    private readonly recordCheck: RecordCheck,
  ) {}

  static with(engines: Engines): DynamicModule {
    return {
      module: EnginesModule,
      providers: [
        { provide: ENGINES, useValue: engines },
        { provide: EventStore, useValue: engines.eventStore },
        { provide: ReadModelStore, useValue: engines.readModels },
        { provide: Checkpoints, useValue: engines.checkpoints },
        { provide: ExportFiles, useValue: engines.exportFiles },
        { provide: TopicLog, useValue: engines.topics },
        { provide: Keyring, useValue: engines.keyring },
        { provide: Leadership, useValue: engines.leadership },
        { provide: Partitions, useValue: engines.partitions },
        { provide: Progress, useValue: new Progress(engines.checkpoints, engines.partitions) },
        {
          provide: EventCodec,
          useFactory: (keyring: Keyring) => new EventCodec(eventTypes, keyring, upcasters),
          inject: [Keyring],
        },
        {
          provide: EventLog,
          useFactory: (store: EventStore, codec: EventCodec) => new EventLog(store, codec, subjectHomes),
          inject: [EventStore, EventCodec],
        },
        {
          provide: Aggregates,
          useFactory: (eventLog: EventLog, keyring: Keyring) => new Aggregates(eventLog, keyring, engines.snapshots),
          inject: [EventLog, Keyring],
        },
        {
          provide: UploadedFiles,
          useFactory: ({ DATA_DIR }: Configuration) => new LocalFiles(join(DATA_DIR, 'uploads')),
          inject: [Configuration],
        },
        { provide: RecordCheck, useValue: new RecordCheck(engines) },
        {
          provide: TrustedClock,
          useFactory: (clock: Clock) => new TrustedClock(clock, engines.clocks, reportClock),
          inject: [Clock],
        },
        {
          provide: Scheduler,
          useFactory: (eventLog: EventLog, clock: Clock, trustedClock: TrustedClock) =>
            new Scheduler({ eventLog, ...engines }, clock, trustedClock),
          inject: [EventLog, Clock, TrustedClock],
        },
      ],
      exports: [
        EventStore,
        ReadModelStore,
        Checkpoints,
        ExportFiles,
        TopicLog,
        Keyring,
        Leadership,
        Partitions,
        Progress,
        EventLog,
        Aggregates,
        RecordCheck,
        Scheduler,
        TrustedClock,
        UploadedFiles,
      ],
    };
  }

  /** Unavailable engines do not prevent the start: followers wait until the check is done. @throws UnusableData */
  async onModuleInit(): Promise<void> {
    await this.recordCheck.pass().catch((error: unknown) => {
      if (!(error instanceof EngineUnavailable)) throw error;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.engines.close();
  }
}
