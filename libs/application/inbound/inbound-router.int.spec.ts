import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import { noDetails, type ContactDetails } from '@app/domain/contact';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { ids } from '../commands/ids.js';
import { WriteSide } from '../test/write-side.fixture.js';

const phone = '+15551234567';
const rita: ContactDetails = {
  ...noDetails,
  name: 'Rita',
  phones: [phone],
  emails: [],
  externalId: null,
  contactType: 'referrer',
  registered: true,
  active: true,
};
const evidence = { wording: 'Text me', wordingVersion: '1', source: 'https://example.com', tickedAt: null };

describe('routing of inbound texts', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let side: WriteSide;
  let count = 0;
  beforeAll(async () => {
    engines = await folder.open();
  });
  beforeEach(async () => {
    side = new WriteSide(engines, String((count += 1)));
    await side.createProgram();
  });
  afterAll(() => folder.remove());

  const id = (name: string): string => `${name}-${side.programId}`;
  const general = (contactId: string): string => ids.conversation(side.programId, contactId, null);
  const createContact = (contactId: string) =>
    side.do(new HandleContact(contactId, { type: 'CreateContact', data: rita }, side.context(contactId)));
  const askFor = async (contactId: string, key = 'form') => {
    const consentId = ids.consent(side.programId, await side.naturalKeys.address(side.programId, phone), side.sender);
    const data = { contactId, phone: null, referralId: null, purpose: 'conversational', evidence } as const;
    return side.do(new HandleConsent(consentId, { type: 'RequestOptIn', data }, side.context(key)));
  };
  const send = (conversationId: string, key: string, at?: string) =>
    side.do(
      new HandleConversation(
        conversationId,
        { type: 'SendMessage', data: { by: 'anna', channel: 'sms', text: 'Hello' } },
        side.context(key, undefined, at),
      ),
    );
  const receive = async (providerMessageId: string, text: string, at?: string) => {
    await side.accept(providerMessageId, phone, text, at === undefined ? {} : { at });
    await side.automate();
  };
  const lastEntry = async () => (await side.facts('conversation')).at(-1);
  const typesOf = async (category: string) => (await side.facts(category)).map(({ type }) => type);

  it('M4: a text from an unknown number creates a contact with only the number, and a conversation', async () => {
    await receive('SM1', 'Hi, who is this?');
    const contactId = await side.naturalKeys.contactByPhone(side.programId, phone);
    expect((await side.facts('contact')).map(({ type, data }) => [type, data])).toEqual([
      ['ContactCreated', expect.objectContaining({ contactId, name: null, phones: [phone] })],
    ]);
    expect((await side.facts('conversation')).map(({ type, aggregateId }) => [type, aggregateId])).toEqual([
      ['ConversationStarted', general(contactId)],
      ['MessageReceived', general(contactId)],
    ]);
    await receive('SM2', 'Hello?');
    expect(await typesOf('contact')).toEqual(['ContactCreated']);
    expect((await lastEntry())?.data).toMatchObject({ contactId, text: 'Hello?' });
  });

  it('M1: its place in the thread is the position at which it was accepted', async () => {
    await receive('SM1', 'Hi');
    const [inbound] = await side.facts('inbound');
    expect((await lastEntry())?.data).toMatchObject({ acceptedPosition: inbound?.position, providerMessageId: 'SM1' });
    expect((await lastEntry())?.metadata.occurredAt).toBe(inbound?.metadata.occurredAt);
  });

  it('M14: a text goes to the owner of the number', async () => {
    await createContact(id('rita'));
    await receive('SM1', 'Hi');
    expect(await lastEntry()).toMatchObject({
      aggregateId: general(id('rita')),
      metadata: { actor: { kind: 'contact', id: id('rita') } },
    });
  });

  it('decision: with two owners, it goes to the one last texted there, otherwise to a new contact for the number', async () => {
    await createContact(id('rita'));
    await createContact(id('ron'));
    await receive('SM1', 'START');
    const number = await side.naturalKeys.contactByPhone(side.programId, phone);
    expect(await lastEntry()).toMatchObject({ aggregateId: general(number) });
    await side.start('anna', { contactId: id('ron') }, side.context('start'));
    await send(general(id('ron')), 'send');
    await receive('SM2', 'Hi');
    expect(await lastEntry()).toMatchObject({ aggregateId: general(id('ron')) });
    await receive('SM3', 'Hi', '2026-06-01T09:00:00.000Z');
    expect(await lastEntry()).toMatchObject({ aggregateId: general(id('ron')) });
  });

  it('K2, K3: YES is an answer while an opt-in request is open, and an ordinary word otherwise', async () => {
    await createContact(id('rita'));
    await receive('SM1', 'Yes');
    expect(await lastEntry()).toMatchObject({ type: 'MessageReceived' });
    await askFor(id('rita'));
    expect(await lastEntry()).toMatchObject({ type: 'AutomatedTextSent', data: { to: phone } });
    await receive('SM2', ' yes! ');
    expect(await lastEntry()).toMatchObject({ type: 'KeywordReceived', data: { keyword: 'YES', text: ' yes! ' } });
    expect(await typesOf('consent')).toEqual(['TextedFirst', 'OptInRequested', 'OptedIn']);
    await receive('SM3', 'YES');
    expect(await lastEntry()).toMatchObject({ type: 'MessageReceived' });
  });

  it.each(['STOP', 'HELP', 'START'])('decision: %s alone is a system entry and moves nothing', async (word) => {
    await receive('SM1', word);
    expect(await typesOf('conversation')).toEqual(['ConversationStarted', 'KeywordReceived']);
  });

  it('K9: consent is updated before the conversation', async () => {
    await receive('SM1', 'STOP');
    const [optedOut] = await side.facts('consent');
    expect(optedOut).toMatchObject({ type: 'OptedOut', data: { text: 'STOP', providerMessageId: 'SM1' } });
    expect(((await lastEntry())?.position ?? '') > (optedOut?.position ?? '')).toBe(true);
  });

  it.each([
    ['1', '[1 attachment]'],
    ['3', '[3 attachments]'],
  ])('M6: a message that has only media has a placeholder: %s', async (media, text) => {
    await side.accept('SM1', phone, '', { form: { NumMedia: media } });
    await side.automate();
    expect((await lastEntry())?.data).toMatchObject({ text });
  });

  it('T4: a repeated text is one, and handling it again writes nothing', async () => {
    await receive('SM1', 'Hi');
    const before = await side.eventLog.head();
    await side.accept('SM1', phone, 'Hi', { at: '2026-01-05T09:05:00.000Z' });
    await side.accept('SM1', phone, 'Hi', { form: { Unheard: 'of' } });
    await side.automateAgain();
    expect(await side.eventLog.head()).toBe(before);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'M1, T4: the process may die after %i commands: handled again, the text is in its conversation once',
    async (commands) => {
      await side.accept('SM1', phone, 'STOP');
      side.dieAfter(commands);
      if (commands < 7) await expect(side.automate()).rejects.toThrow('The process died');
      else await side.automate();
      await side.automateAgain();
      // The text is handled again when somebody else has the number too.
      await createContact(id('ron'));
      await side.automateAgain();
      expect(await typesOf('inbound')).toEqual(['InboundReceived', 'InboundRouted']);
      expect(await typesOf('consent')).toEqual(['OptedOut']);
      expect((await side.facts('conversation')).map(({ type, aggregateId }) => [type, aggregateId])).toEqual([
        ['ConversationStarted', general(await side.naturalKeys.contactByPhone(side.programId, phone))],
        ['KeywordReceived', general(await side.naturalKeys.contactByPhone(side.programId, phone))],
      ]);
    },
  );

  it('M1, T4: two processes decide differently at the same time: the text uses the first route, once', async () => {
    await side.accept('SM1', phone, 'Hi');
    const [received] = await side.facts('inbound');
    side.beforeRoute(async () => {
      await side.route(received);
      const changes = { phones: ['+15557654321'] };
      await side.do(
        new HandleContact(
          await side.naturalKeys.contactByPhone(side.programId, phone),
          { type: 'ChangeContact', data: { changes } },
          side.context('moved'),
        ),
      );
      await createContact(id('rita'));
    });
    await side.route(received);
    expect((await side.facts('conversation')).map(({ type, aggregateId }) => [type, aggregateId])).toEqual([
      ['ConversationStarted', general(await side.naturalKeys.contactByPhone(side.programId, phone))],
      ['MessageReceived', general(await side.naturalKeys.contactByPhone(side.programId, phone))],
    ]);
  });

  const consentNow = async () =>
    (
      await side.consents.read(side.programId, {
        addressId: await side.naturalKeys.address(side.programId, phone),
        senderId: side.sender,
      })
    ).consent.status;

  it.each([
    ['START', 'START', 'STOP', 'no'],
    ['STOP', 'STOP', 'START', 'yes'],
    ['START', 'STOP', 'Hello', 'no'],
  ])(
    'K3, N3: %s, %s, %s, and all of it again, leaves consent at the last keyword',
    async (first, second, third, status) => {
      for (const [index, text] of [first, second, third].entries()) await receive(`SM${index}`, text);
      expect(await consentNow()).toBe(status);
      const before = await typesOf('consent');
      await side.automateAgain();
      expect(await consentNow()).toBe(status);
      expect(await typesOf('consent')).toEqual(before);
    },
  );

  it('K2: a Yes to an earlier request does not answer a later form when it is handled again', async () => {
    await receive('SM1', 'Hi');
    await receive('SM2', 'Yes');
    await askFor(await side.naturalKeys.contactByPhone(side.programId, phone));
    await side.automateAgain();
    expect(await consentNow()).toBe('pending');
  });

  it("K9: a STOP is in effect as soon as it is accepted, and counts once regardless of automation's progress", async () => {
    await receive('SM1', 'START');
    await side.accept('SM2', phone, 'Stop');
    await side.noteOptOut((await side.facts('inbound')).at(-1));
    expect(await consentNow()).toBe('no');
    await side.automate();
    expect(await typesOf('consent')).toEqual(['OptedIn', 'OptedOut']);
  });

  it('K3, K9: a STOP is not undone by a START that was accepted before it, however late that is routed', async () => {
    await side.accept('SM1', phone, 'START');
    await side.accept('SM2', phone, 'STOP');
    await side.noteOptOut((await side.facts('inbound')).at(-1));
    await side.automate();
    expect(await consentNow()).toBe('no');
    await side.automateAgain();
    expect(await consentNow()).toBe('no');
  });

  it('M4: a contact with only a number that got another one no longer owns the first', async () => {
    await receive('SM1', 'Hi');
    const first = await side.naturalKeys.contactByPhone(side.programId, phone);
    await side.do(
      new HandleContact(
        first,
        { type: 'ChangeContact', data: { changes: { phones: ['+15557654321'] } } },
        side.context('moved'),
      ),
    );
    await receive('SM2', 'Hello, new here');
    const { contactId } = (await lastEntry())?.data as { contactId: string };
    expect(contactId).not.toBe(first);
    expect((await side.facts('contact')).at(-1)?.data).toMatchObject({ contactId, phones: [phone] });
  });

  it('G5: the same number at two programs is two contacts and two consents', async () => {
    await receive('SM1', 'STOP');
    const other = new WriteSide(engines, `${count}-other`);
    await other.createProgram();
    await other.accept('SM1', phone, 'Hi');
    await other.automate();
    expect((await other.facts('consent')).map(({ type }) => type)).toEqual(['TextedFirst']);
    expect((await other.facts('contact')).map(({ aggregateId }) => aggregateId)).toEqual([
      await other.naturalKeys.contactByPhone(other.programId, phone),
    ]);
    expect(await other.naturalKeys.contactByPhone(other.programId, phone)).not.toBe(
      await side.naturalKeys.contactByPhone(side.programId, phone),
    );
  });
});
