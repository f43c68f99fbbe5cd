import { join } from 'node:path';
import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Aggregates, Checkpoints, EmailGateway, EventCodec, EventStore, Journal, Keyring, ReadModelStore, SmsGateway, TopicLog } from '@app/eventing';
import { eventTypes } from '@app/domain';
import { Configuration } from '@app/platform';
import type { Embedded } from './embedded/index.js';
import { MailFolderGateway } from './mail-folder/index.js';
import { TwilioSmsGateway } from './twilio/index.js';

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

/** The providers of texts and email. Only the notifier has them, so that a replay or rebuild cannot reach one. */
export const gatewayProviders = [
  {
    provide: SmsGateway,
    useFactory: ({ TWILIO_API_URL, TWILIO_TIMEOUT_MS }: Configuration) => new TwilioSmsGateway(TWILIO_API_URL ?? 'https://api.twilio.com', TWILIO_TIMEOUT_MS),
    inject: [Configuration],
  },
  { provide: EmailGateway, useFactory: ({ DATA_DIR }: Configuration) => new MailFolderGateway(mailFolder(DATA_DIR)), inject: [Configuration] },
];

export const mailFolder = (dataFolder: string): string => join(dataFolder, 'mail');

