import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { EnginesModule, openEmbedded } from '@app/composition';
import { HandleConsent, HandleConversation, ids, NaturalKeys, system, type ConversationIntent } from '@app/application';
import { naturalId, type CommandContext } from '@app/eventing';
import { EmailGateway, InboundMessages, SmsGateway } from '@app/gateways';
import { keywordOf } from '@app/domain/consent';
import { loadConfiguration, PlatformModule, PublicAddress } from '@app/platform';
import { ParkedQueries } from '@app/read-models';
import { loadSample, sample } from '@app/sample-program';
import { addSecondProgram, second } from '../../api/test/second-program.fixture.js';
import { AutomationModule } from '../../automation/src/automation.module.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';
import { NotifierModule } from '../src/notifier.module.js';

const { conversationId } = sample;
const referralId = sample.referralId;
const contactId = sample.contact.id;
const alexs = ids.conversation(sample.programId, contactId, referralId);

let folder: string;
let app: TestingModule;
let mails: string[];
let texts: string[];
let membersGoOn: () => void;

beforeEach(async () => {
  [mails, texts] = [[], []];
  folder = await mkdtemp(join(tmpdir(), 'stuck-model-'));
  const engines = await openEmbedded(folder);
  const write = engines.readModels.write.bind(engines.readModels);
  const isOpen = new Promise<void>((resolve) => (membersGoOn = resolve));
  engines.readModels.write = async (model, ...rest) => {
    if (model.name === 'members') await isOpen;
    return write(model, ...rest);
  };
  app = await Test.createTestingModule({
    imports: [
      PlatformModule.with(loadConfiguration({ DATA_DIR: folder }), 'x'.repeat(32)),
      EnginesModule.with(engines),
      ProjectorModule,
      PublisherModule,
      AutomationModule,
      NotifierModule,
    ],
  })
    .overrideProvider(SmsGateway)
    .useValue({
      send: (_account: unknown, { text }: { text: string }) =>
        Promise.resolve({ kind: 'accepted', providerMessageId: `SM${texts.push(text)}` }),
      find: () => Promise.resolve({ kind: 'unknown' }),
    })
    .overrideProvider(InboundMessages)
    .useValue({ list: () => [] })
    .overrideProvider(EmailGateway)
    .useValue({
      send: ({ to, text }: { to: { address: string }; text: string }) => {
        mails.push(`${to.address}: ${/sent \w+/.exec(text)?.[0] ?? 'the first'}`);
        return Promise.resolve({ kind: 'accepted', providerMessageId: `mail${mails.length}` });
      },
      find: () => Promise.resolve({ kind: 'unknown' }),
    })
    .compile();
  await app.init();
  app.get(PublicAddress).listeningOn('http://127.0.0.1:9');
  // Rosa writes in a conversation without staff: owners and managers are only in the read model.
  await loadSample(app.get(CommandBus), { accountSid: 'AC1', authToken: 'a'.repeat(32) });
  await until('the first message waits', async () => (await app.get(ParkedQueries).all()).length === 1);
});

afterEach(async () => {
  membersGoOn();
  await app.close();
  await rm(folder, { recursive: true });
});

const context = (programId: string, purpose: string): CommandContext => {
  const commandId = naturalId('test', programId, purpose);
  return {
    programId,
    actor: system('test'),
    commandId,
    correlationId: commandId,
    causationId: commandId,
    occurredAt: new Date().toISOString(),
  };
};
const say = (id: string, intent: ConversationIntent, programId: string = sample.programId): Promise<unknown> =>
  app
    .get(CommandBus)
    .execute(new HandleConversation(id, intent, context(programId, `${id} ${JSON.stringify(intent)}`)));
const send = (id: string, channel: 'sms' | 'in-app', text: string, programId?: string): Promise<unknown> =>
  say(id, { type: 'SendMessage', data: { by: 'alex', channel, text } }, programId);
const write = (id: string, text: string): Promise<unknown> =>
  say(id, {
    type: 'ReceiveMessage',
    data: { channel: 'in-app', text, acceptedPosition: null, providerMessageId: null },
  });

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    if (tries === 2_000) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('while the read model of the staff is stuck', () => {
  it('rule 11: texts of the same conversation are sent', async () => {
    const [addressId, senderId] = [
      await app.get(NaturalKeys).address(sample.programId, '+14155550132'),
      ids.sender(sample.programId, sample.senderPhone),
    ];
    const start = {
      type: 'NoteTextReceived',
      data: {
        addressId,
        subjectId: addressId,
        senderId,
        text: 'START',
        providerMessageId: 'SM-START',
        keyword: keywordOf('START'),
        acceptedPosition: '0',
        acceptedAt: new Date().toISOString(),
        sentAt: null,
      },
    } as const;
    await app
      .get(CommandBus)
      .execute(
        new HandleConsent(
          ids.consent(sample.programId, addressId, senderId),
          start,
          context(sample.programId, 'START'),
        ),
      );
    await send(conversationId, 'sms', 'sent text');
    await until('the text is sent', () => texts.length === 1);
    expect([texts, mails]).toEqual([['sent text'], []]);
  });

  it('N1: emails to contacts are sent, in the same conversation and in other programs', async () => {
    await send(conversationId, 'in-app', 'sent here');
    await addSecondProgram(app);
    await send(second.conversationId, 'in-app', 'sent elsewhere', second.programId);
    await until('both emails are sent', () => mails.length === 2);
    expect(mails.toSorted()).toEqual(['rosa@mail.example: sent here', 'sam@mail.example: sent elsewhere']);
  });

  it('N1: the staff of a conversation are read from their events', async () => {
    await say(alexs, { type: 'StartConversation', data: { conversationId: alexs, contactId, referralId, by: 'alex' } });
    await write(alexs, 'sent toalex');
    await until('alex is told', () => mails.length === 1);
    expect(mails).toEqual(['alex@sunrise-solar.example: sent toalex']);
  });

  it('N1, N3: waiting emails are sent in order to everybody, once, when the model continues', async () => {
    await write(conversationId, 'sent second');
    await until('the second message waits', async () => (await app.get(ParkedQueries).all())[0]?.waiting === 2);
    expect(mails).toEqual([]);
    membersGoOn();
    await until('all are told', () => mails.length === 4);
    await until('nothing waits', async () => (await app.get(ParkedQueries).all()).length === 0);
    for (const person of ['olivia', 'morgan'])
      expect(mails.filter((mail) => mail.startsWith(person))).toEqual([
        `${person}@sunrise-solar.example: the first`,
        `${person}@sunrise-solar.example: sent second`,
      ]);
  });
});
