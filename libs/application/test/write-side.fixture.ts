import type { CommandBus, Command } from '@nestjs/cqrs';
import type { Engines, Progress, UploadedFiles } from '@app/eventing';
import { defaultPolicies, type Policies } from '@app/domain/program';
import { eventTypes, subjectHomes, upcasters } from '@app/domain';
import { Aggregates, EventCodec, EventLog, naturalId, type CommandContext, type CommandResult } from '@app/eventing';
import type { Actor, Message, Position, Recorded } from '@app/kernel';
import type { InboundReceived } from '@app/domain/inbound';
import { Automation } from '../reactions/automation.js';
import { HandleAddress } from '../address/address.handler.js';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { HandleInbound } from '../inbound/inbound.handler.js';
import { HandleProgram } from '../program/program.handler.js';
import { HandleReferral } from '../referral/referral.command.js';
import { PortalBlock } from '../block/portal-block.js';
import { ConsentHandler } from '../consent/consent.handler.js';
import { ContactHandler } from '../contact/contact.handler.js';
import { ConversationStarter, type ConversationWith } from '../conversation/conversation-starter.js';
import { ConversationHandler } from '../conversation/conversation.handler.js';
import { MessageGate } from '../conversation/message-gate.js';
import { MessageMoves } from '../conversation/message-moves.js';
import { ids } from '../commands/ids.js';
import type { ConversationEvent } from '@app/domain/conversation';
import type { InboxQueries, MessagePlace, ThreadQueries } from '@app/read-models';
import { ErasePerson } from '../erasure/erase-person.js';
import type { WithdrawExports } from '../export/withdraw-exports.js';
import { InboundRouter } from '../inbound/inbound-router.js';
import { Lookups } from '../lookups/lookups.js';
import { NaturalKeys } from '../lookups/natural-keys.js';
import { AddressHandler } from '../address/address.handler.js';
import { InboundHandler } from '../inbound/inbound.handler.js';
import { ProgramHandler } from '../program/program.handler.js';
import { ReferralHandler } from '../referral/referral.handler.js';
import type { UsageQueries } from '@app/read-models';
import { ConsentReader } from '../consent/send-gate.js';
import { TextQuota } from '../conversation/text-quota.js';

type Handler = { execute(command: never): Promise<CommandResult> };

const anna: Actor = { kind: 'staff', id: 'anna' };

/** The write side of one process and its automation, for one program. */
export class WriteSide {
  readonly eventLog: EventLog;
  readonly consents: ConsentReader;
  readonly starter: ConversationStarter;
  readonly naturalKeys: NaturalKeys;
  readonly programId: string;
  readonly sender: string;
  private readonly router: InboundRouter;
  private readonly automation: Automation;
  private readonly lookups: Lookups;
  private readonly handlers: Map<unknown, Handler>;
  private readonly bus = {
    execute: (command: Command<CommandResult>) => this.execute(command),
  } as unknown as CommandBus;
  /** The daily limit of texts; tests set it. */
  readonly limits = { perProgram: 100, perContact: 10 };
  /** What the read model knows of messages. */
  readonly places = new Map<string, MessagePlace>();
  private readonly threads = {
    placeOf: (_programId: string, id: string) => Promise.resolve(this.places.get(id) ?? null),
  } as unknown as ThreadQueries;
  /** Today's count of the program's texts in the read model. */
  textsOfProgram = 0;
  private followed: Position | null = null;
  private commandsLeft = Infinity;

  constructor(engines: Engines, name: string) {
    this.programId = `program-${name}`;
    this.sender = `sender-${name}`;
    this.eventLog = new EventLog(
      engines.eventStore,
      new EventCodec(eventTypes, engines.keyring, upcasters),
      subjectHomes,
    );
    const aggregates = new Aggregates(this.eventLog, engines.keyring, engines.snapshots);
    this.naturalKeys = new NaturalKeys(engines.keyring, this.eventLog);
    this.lookups = new Lookups(aggregates, this.naturalKeys);
    this.consents = new ConsentReader(aggregates, this.lookups);
    this.starter = new ConversationStarter(this.bus, this.lookups);
    this.router = new InboundRouter(this.bus, aggregates, this.lookups, this.consents);
    const noExports = { after: () => Promise.resolve() } as unknown as WithdrawExports;
    const noFiles = {} as UploadedFiles;
    const { bus, eventLog, lookups, router } = this;
    this.automation = new Automation(bus, eventLog, engines.keyring, lookups, router, noExports, noFiles);
    const usage = { textsOn: () => Promise.resolve(this.textsOfProgram) } as unknown as UsageQueries;
    const quota = new TextQuota(this.lookups, usage, this.limits);
    const gate = new MessageGate(this.lookups, this.consents, quota);
    const moves = new MessageMoves(aggregates, this.lookups, this.eventLog, this.threads);
    this.handlers = new Map<unknown, Handler>([
      [HandleAddress, new AddressHandler(aggregates)],
      [HandleConsent, new ConsentHandler(aggregates, this.lookups, this.consents, quota)],
      [HandleContact, new ContactHandler(aggregates, this.naturalKeys)],
      [
        HandleConversation,
        new ConversationHandler(
          aggregates,
          this.lookups,
          gate,
          quota,
          new PortalBlock(aggregates),
          moves,
          this.eventLog,
        ),
      ],
      [HandleInbound, new InboundHandler(aggregates)],
      [HandleProgram, new ProgramHandler(aggregates)],
      [HandleReferral, new ReferralHandler(aggregates, this.lookups)],
    ]);
  }

  async start(by: string, whom: ConversationWith, context: CommandContext): ReturnType<ConversationStarter['start']> {
    return this.starter.start({ by }, whom, await this.starter.find(whom, context), context);
  }

  async createProgram(policies: Partial<Policies> = {}): Promise<void> {
    const optInText = { version: '1', text: 'Reply YES to get texts, STOP to opt out' };
    const data = {
      programId: this.programId,
      name: 'Acme',
      policies: { ...defaultPolicies, ...policies },
      optInText,
      portalLink: '',
      consoleLink: '',
    };
    await this.do(new HandleProgram(this.programId, { type: 'CreateProgram', data }, this.context('program')));
    const sender = {
      programId: this.programId,
      senderId: this.sender,
      phone: '+15550001111',
      accountSid: 'AC1',
      authToken: 'secret',
    };
    await this.do(new HandleProgram(this.programId, { type: 'AddSender', data: sender }, this.context('sender')));
  }

  /** The program texts from another number from now on. @returns its sender's id */
  async changeSender(phone: string): Promise<string> {
    const senderId = `${this.sender}-${phone}`;
    const data = { programId: this.programId, senderId, phone, accountSid: 'AC1', authToken: 'secret' };
    await this.do(new HandleProgram(this.programId, { type: 'AddSender', data }, this.context(senderId)));
    return senderId;
  }

  /** A command by staff, or by the given actor, and the reactions to it. */
  async do(command: Command<CommandResult>): Promise<CommandResult> {
    const result = await this.execute(command);
    await this.automate();
    return result;
  }

  context(key: string, actor = anna, occurredAt = '2026-01-05T09:00:00.000Z'): CommandContext {
    const commandId = naturalId('spec', this.programId, actor.id, key);
    return {
      programId: this.programId,
      actor,
      commandId,
      correlationId: commandId,
      causationId: commandId,
      occurredAt,
    };
  }

  /** Erases a person as the operator does, with an inbox that never lags; the reactions are not carried out yet. */
  async erase(contactId: string, key: string): Promise<number> {
    const idsOf = async (): Promise<string[]> => {
      const facts = (await this.facts('conversation')) as Recorded<ConversationEvent>[];
      return [
        ...new Set(facts.filter(({ data }) => data.contactId === contactId).map(({ data }) => data.conversationId)),
      ];
    };
    const inbox = { idsOf } as unknown as InboxQueries;
    const progress = { waitFor: () => Promise.resolve(true) } as unknown as Progress;
    return new ErasePerson(this.bus, progress, inbox).erase(contactId, 'olivia', this.context(key));
  }

  /** A text that was accepted by the webhook, but not yet routed. */
  async accept(
    providerMessageId: string,
    from: string,
    text: string,
    { at, form = {}, senderId = this.sender }: { at?: string; form?: Record<string, string>; senderId?: string } = {},
  ): Promise<void> {
    const addressId = await this.naturalKeys.address(this.programId, from);
    const data = {
      providerMessageId,
      addressId,
      subjectId: await this.lookups.sealingSubject(this.programId, addressId),
      senderId,
      from,
      text,
      form,
      sentAt: null,
    };
    await this.execute(
      new HandleInbound(
        ids.inbound(this.programId, providerMessageId),
        { type: 'AcceptInbound', data },
        this.context(`${providerMessageId} ${JSON.stringify(form)}`, { kind: 'provider', id: 'AC1' }, at),
      ),
    );
  }

  /** What the webhook does once a text is accepted. */
  async noteOptOut(event: Recorded<Message> | undefined): Promise<void> {
    await this.router.noteOptOut(event as Recorded<InboundReceived>);
  }

  async route(event: Recorded<Message> | undefined): Promise<void> {
    await this.router.route(event as Recorded<InboundReceived>);
  }

  /** Runs something once, before the router looks up the owner of the number. */
  beforeRoute(happens: () => Promise<void>): void {
    const look = this.lookups.address.bind(this.lookups);
    this.lookups.address = async (...asked) => {
      this.lookups.address = look;
      await happens();
      return look(...asked);
    };
  }

  /** Follows the event store as the automation does, from its last position. */
  async automate(): Promise<void> {
    for (let head = await this.eventLog.head(); head !== this.followed; head = await this.eventLog.head())
      for await (const { events, position } of this.eventLog.follow({
        after: this.followed,
        signal: new AbortController().signal,
      })) {
        for (const event of events) if (event.metadata.programId === this.programId) await this.automation.react(event);
        this.followed = position;
        if (position === head) break;
      }
  }

  /** The same again from the beginning, as after a lost checkpoint. */
  async automateAgain(): Promise<void> {
    this.commandsLeft = Infinity;
    this.followed = null;
    await this.automate();
  }

  /** The program's events in streams of that category, in order. */
  async facts(category: string): Promise<Recorded<Message>[]> {
    const head = await this.eventLog.head();
    const facts: Recorded<Message>[] = [];
    for await (const { events, position } of this.eventLog.follow({
      after: null,
      categories: [category],
      signal: new AbortController().signal,
    })) {
      facts.push(...events.filter(({ metadata }) => metadata.programId === this.programId));
      if (head === null || position >= head) break;
    }
    return facts;
  }

  private execute(command: Command<CommandResult>): Promise<CommandResult> {
    const handler = this.handlers.get(command.constructor);
    if (!handler) throw new Error(`No handler for ${command.constructor.name}`);
    this.commandsLeft -= 1;
    if (this.commandsLeft < 0) throw new Error('The process died');
    return handler.execute(command as never);
  }

  /** Dies after that many more commands. */
  dieAfter(commands: number): void {
    this.commandsLeft = commands;
  }
}
