import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleLogger, type ModuleMetadata } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { EnginesModule, openEmbedded } from '@app/composition';
import {
  ApplicationModule,
  HandleContact,
  HandleConversation,
  HandleMember,
  HandleProgram,
  ids,
  NaturalKeys,
  system,
} from '@app/application';
import {
  Clock,
  EventStore,
  EventLog,
  naturalId,
  SystemClock,
  type CommandContext,
  type EngineUnavailable,
  type Engines,
  type StoredEvent,
} from '@app/eventing';
import { EmailGateway, InboundMessages, SmsGateway, type SendOutcome, type Sms, type SmsAccount } from '@app/gateways';
import type { Message, Recorded } from '@app/kernel';
import type { DeliveryEvent } from '@app/domain/delivery';
import { loadConfiguration, PlatformModule, PublicAddress } from '@app/platform';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';
import { NotifierModule } from '../src/notifier.module.js';

type Options = {
  readonly send?: (account: SmsAccount, sms: Sms) => Promise<SendOutcome>;
  readonly sendEmail?: EmailGateway['send'];
  readonly find?: SmsGateway['find'];
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Wraps the engines. */
  readonly engines?: (engines: Engines) => Engines;
  /** Apps that run beside the notifier; by default the publisher and the projector. */
  readonly apps?: undefined | NonNullable<ModuleMetadata['imports']>;
  /** `false`: the notifier is down, and nothing is sent. */
  readonly notifies?: boolean;
};

const LONGEST_WAIT_MS = 20_000;

/** Waits for a condition. @throws when that takes too long */
export async function until(isSo: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  for (
    const end = performance.now() + LONGEST_WAIT_MS;
    !(await isSo());
    await new Promise((resolve) => setTimeout(resolve, 5))
  )
    if (performance.now() > end) throw new Error(`did not happen: ${what}`);
}

/** A whole notifier in this process, with providers that the test controls. Its programs need no consent. */
export class NotifierBench {
  /** The texts that the provider was called with. */
  readonly texts: string[] = [];
  readonly emails: string[] = [];
  /** When commands say that they were given. */
  given: { now(): number } = Date;
  private count = 0;

  private constructor(
    private readonly folder: string,
    readonly options: Options,
    public app: TestingModule,
  ) {}

  static async open(options: Options = {}): Promise<NotifierBench> {
    const folder = await mkdtemp(join(tmpdir(), 'notifier-'));
    const bench = new NotifierBench(folder, options, undefined as unknown as TestingModule);
    await bench.start();
    return bench;
  }

  /** Starts the apps; after `stop`, again on the same folder. */
  async start(options: Options = this.options): Promise<void> {
    const engines = await openEmbedded(this.folder);
    const configuration = loadConfiguration({
      DATA_DIR: this.folder,
      RECONCILE_EVERY_MS: '100',
      ...options.environment,
    });
    const sms: Pick<SmsGateway, 'send' | 'find'> = {
      send: (account, text) => {
        this.texts.push(text.text);
        return (
          options.send?.(account, text) ??
          Promise.resolve({ kind: 'accepted', providerMessageId: `SM${this.texts.length}` })
        );
      },
      find: (...asked) => options.find?.(...asked) ?? Promise.resolve({ kind: 'unknown' }),
    };
    const email: EmailGateway = {
      send: (message) => {
        this.emails.push(message.to.address);
        return (
          options.sendEmail?.(message) ?? Promise.resolve({ kind: 'accepted', providerMessageId: message.messageId })
        );
      },
      find: () => Promise.resolve({ kind: 'unknown' }),
    };
    this.app = await Test.createTestingModule({
      imports: [
        PlatformModule.with(configuration, 'x'.repeat(32)),
        EnginesModule.with(options.engines?.(engines) ?? engines),
        ...(options.apps ?? [ProjectorModule, PublisherModule]),
        options.notifies === false ? ApplicationModule : NotifierModule,
      ],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .overrideProvider(SmsGateway)
      .useValue(sms)
      .overrideProvider(InboundMessages)
      .useValue({ list: () => [] })
      .overrideProvider(EmailGateway)
      .useValue(email)
      .overrideProvider(Clock)
      .useValue(options.clock ?? new SystemClock())
      .compile();
    await this.app.init();
    this.app.get(PublicAddress).listeningOn('http://127.0.0.1:9');
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true });
  }

  /** A program with one number, of a separate account. */
  async program(name: string): Promise<{ programId: string; senderId: string; accountSid: string; phone: string }> {
    const programId = naturalId('bench', name);
    this.count += 1;
    const phone = `+1415555${String(1000 + this.count)}`;
    const senderId = ids.sender(programId, phone);
    const accountSid = `AC-${name}`;
    const optInText = { version: '1', text: 'Reply YES, or STOP' };
    const policies = { consentMode: 'opted_in_by_default', replyToInbound: 'allowed', optOutScope: 'all' } as const;
    const links = {
      portalLink: 'https://portal.example/{conversationId}',
      consoleLink: 'https://console.example/{conversationId}',
    };
    await this.execute(
      new HandleProgram(
        programId,
        { type: 'CreateProgram', data: { programId, name, policies, optInText, ...links } },
        this.context(programId),
      ),
    );
    await this.credentials(programId, phone, { accountSid, authToken: 'a'.repeat(32) });
    return { programId, senderId, accountSid, phone };
  }

  /** Sets the account and token of a number. */
  async credentials(programId: string, phone: string, account: SmsAccount): Promise<void> {
    const data = { programId, senderId: ids.sender(programId, phone), phone, ...account };
    await this.execute(new HandleProgram(programId, { type: 'AddSender', data }, this.context(programId)));
  }

  /** A new contact with a phone and, if wanted, an email address, and a conversation with this contact. */
  async conversation(
    programId: string,
    phone?: string,
    hasEmail = true,
  ): Promise<{ conversationId: string; contactId: string }> {
    this.count += 1;
    const externalId = `person-${this.count}`;
    const contactId = await this.app.get(NaturalKeys).contactByExternalId(programId, externalId);
    const details = {
      externalId,
      name: externalId,
      phones: [phone ?? `+1415556${String(1000 + this.count)}`],
      emails: hasEmail ? [`${externalId}@mail.example`] : [],
      contactType: 'referrer',
      registered: true,
      active: true,
    } as const;
    await this.execute(new HandleContact(contactId, { type: 'CreateContact', data: details }, this.context(programId)));
    const conversationId = ids.conversation(programId, contactId, null);
    await this.execute(
      new HandleConversation(
        conversationId,
        { type: 'StartConversation', data: { conversationId, contactId, referralId: null, by: null } },
        this.context(programId),
      ),
    );
    return { conversationId, contactId };
  }

  async member(programId: string, userId: string): Promise<void> {
    const memberId = ids.member(programId, userId);
    await this.execute(
      new HandleMember(
        memberId,
        {
          type: 'AddMember',
          data: { programId, memberId, userId, name: userId, email: `${userId}@staff.example`, role: 'owner' },
        },
        this.context(programId),
      ),
    );
  }

  write(programId: string, conversationId: string, text: string, channel: 'sms' | 'in-app' = 'sms'): Promise<unknown> {
    return this.execute(
      new HandleConversation(
        conversationId,
        { type: 'SendMessage', data: { by: 'anna', channel, text } },
        this.context(programId),
      ),
    );
  }

  execute(command: Parameters<CommandBus['execute']>[0]): Promise<unknown> {
    return this.app.get(CommandBus).execute(command);
  }

  context(programId: string): CommandContext {
    const commandId = crypto.randomUUID();
    return {
      programId,
      actor: system('bench'),
      commandId,
      correlationId: commandId,
      causationId: commandId,
      occurredAt: new Date(this.given.now()).toISOString(),
    };
  }

  /** All stored events of these categories. */
  async recorded<Event extends Message = DeliveryEvent>(...categories: string[]): Promise<Recorded<Event>[]> {
    const eventLog = this.app.get(EventLog);
    const head = await eventLog.head();
    const all: Recorded<Event>[] = [];
    if (head === null) return all;
    for await (const { events, position } of eventLog.follow<Event>({
      after: null,
      categories,
      signal: AbortSignal.timeout(LONGEST_WAIT_MS),
    })) {
      all.push(...events);
      if (position >= head) return all;
    }
    throw new Error('the events were not read to their end');
  }

  /** Sends a text to a new contact. */
  async textTo(programId: string, text: string, phone?: string): Promise<void> {
    const { conversationId } = await this.conversation(programId, phone);
    await this.write(programId, conversationId, text);
  }

  /** The types of all stored delivery events. */
  async deliveryEvents(): Promise<DeliveryEvent['type'][]> {
    return (await this.recorded('delivery')).map(({ type }) => type);
  }
}

/**
 * An event store that fails where the test says: `before` the events are stored, or `after`, when the response is
 * lost.
 */
export function failingRecord(
  engines: Engines,
  fail: (events: readonly StoredEvent[], when: 'before' | 'after') => EngineUnavailable | null,
): Engines {
  const { eventStore } = engines;
  const append: EventStore['append'] = async (stream, expected, events) => {
    const early = fail(events, 'before');
    if (early) throw early;
    const result = await eventStore.append(stream, expected, events);
    const late = fail(events, 'after');
    if (late) throw late;
    return result;
  };
  const failing = Object.assign(Object.create(eventStore) as EventStore, {
    append,
    read: eventStore.read.bind(eventStore),
    subscribe: eventStore.subscribe.bind(eventStore),
    head: eventStore.head.bind(eventStore),
  });
  return { ...engines, eventStore: failing };
}
