import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import { noDetails, type ContactDetails } from '@app/domain/contact';
import { ContactNotFound } from '@app/domain/contact';
import { ConversationNotFound, type Channel } from '@app/domain/conversation';
import { RecipientOptedOut } from '@app/domain/consent';
import type { Policies } from '@app/domain/program';
import { ReferralNotFound } from '@app/domain/referral';
import { CommandIdReused, KeyDestroyed } from '@app/eventing';
import { ERASED } from '@app/kernel';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation } from './conversation.command.js';
import { HandleReferral } from '../referral/referral.command.js';
import { ContactHasNoPhone, SendRefusedError } from './refusals.js';
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

describe('commands by staff in conversations', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let side: WriteSide;
  let count = 0;
  let ritaId: string;
  let conversationId: string;
  beforeAll(async () => {
    engines = await folder.open();
  });
  beforeEach(async () => {
    side = new WriteSide(engines, `c${(count += 1)}`);
    await side.createProgram();
    ritaId = `rita-${count}`;
    await createContact(ritaId, rita);
    ({ conversationId } = await side.start('anna', { contactId: ritaId }, side.context('start')));
  });
  afterAll(() => folder.remove());

  const createContact = (contactId: string, data: ContactDetails, on = side) =>
    on.do(new HandleContact(contactId, { type: 'CreateContact', data }, on.context(contactId)));
  const send = (
    key: string,
    {
      channel = 'sms',
      text = 'Hello',
      on = side,
      to = conversationId,
    }: { channel?: Channel; text?: string; on?: WriteSide; to?: string } = {},
  ) => on.do(new HandleConversation(to, { type: 'SendMessage', data: { by: 'anna', channel, text } }, on.context(key)));
  const askFor = async (key = 'form', referralId: string | null = null) => {
    const consentId = ids.consent(side.programId, await side.naturalKeys.address(side.programId, phone), side.sender);
    const data = { contactId: ritaId, phone: null, referralId, purpose: 'conversational', evidence } as const;
    return side.do(new HandleConsent(consentId, { type: 'RequestOptIn', data }, side.context(key)));
  };
  const receive = async (providerMessageId: string, text: string) => {
    await side.accept(providerMessageId, phone, text);
    await side.automate();
  };
  const typesSince = async (start: number) => (await side.facts('conversation')).slice(start).map(({ type }) => type);

  it("K8: a text without consent is refused with the rule's name, and the refusal is stored once", async () => {
    const refused = send('a');
    await expect(refused).rejects.toThrow(SendRefusedError);
    await expect(refused).rejects.toMatchObject({ code: 'NoConsent' });
    await expect(send('a')).rejects.toMatchObject({ code: 'NoConsent' });
    expect(await typesSince(1)).toEqual(['SendRefused']);
  });

  it('X8: nothing is sent to an erased contact by any channel, and the refusal is stored', async () => {
    await engines.keyring.destroy(ritaId);
    const later = new WriteSide(engines, `c${count}`);
    for (const channel of ['sms', 'in-app'] as const)
      await expect(send(channel, { channel, on: later })).rejects.toMatchObject({ code: 'ContactErased' });
    expect(await typesSince(1)).toEqual(['SendRefused', 'SendRefused']);
  });

  it('X8: fields of an erased contact that are not personal can still be changed', async () => {
    await engines.keyring.destroy(ritaId);
    const later = new WriteSide(engines, `c${count}`);
    const change = (key: string, changes: Partial<ContactDetails>) =>
      later.do(new HandleContact(ritaId, { type: 'ChangeContact', data: { changes } }, later.context(key)));
    expect((await change('leaves', { active: false })).events).toMatchObject([
      { type: 'ContactDetailsChanged', data: { active: false, name: ERASED } },
    ]);
    expect((await change('leaves again', { active: false })).events).toEqual([]);
    await expect(change('named', { name: 'Rita' })).rejects.toBeInstanceOf(KeyDestroyed);
  });

  it('K2, K8: from the form to YES to STOP, each text is decided by the consent of its moment', async () => {
    await askFor();
    await expect(send('pending')).rejects.toMatchObject({ code: 'ConsentPending' });
    await receive('SM1', 'YES');
    await send('yes');
    await receive('SM2', 'stop');
    await expect(send('no')).rejects.toMatchObject({ code: 'RecipientOptedOut' });
    expect(await typesSince(1)).toEqual([
      'AutomatedTextSent',
      'SendRefused',
      'KeywordReceived',
      'MessageSent',
      'KeywordReceived',
      'SendRefused',
    ]);
    await expect(askFor('again')).rejects.toThrow(RecipientOptedOut);
    await receive('SM3', 'START');
    await expect(send('back')).resolves.toMatchObject({ events: [{ type: 'MessageSent' }] });
  });

  it('K1, K8: an opt-out of one number of the program applies to a new one, and names the original number', async () => {
    await receive('SM1', 'STOP');
    const senderId = await side.changeSender('+15550002222');
    const refused = send('new number');
    await expect(refused).rejects.toMatchObject({ code: 'RecipientOptedOut' });
    await expect(refused).rejects.toThrow('+15550001111');
    expect((await side.facts('conversation')).at(-1)).toMatchObject({
      type: 'SendRefused',
      data: { rule: 'RecipientOptedOut', refusedSenderId: side.sender },
    });

    const consentId = ids.consent(side.programId, await side.naturalKeys.address(side.programId, phone), senderId);
    const form = { contactId: ritaId, phone: null, referralId: null, purpose: 'conversational', evidence } as const;
    await expect(
      side.do(new HandleConsent(consentId, { type: 'RequestOptIn', data: form }, side.context('form'))),
    ).rejects.toThrow(RecipientOptedOut);

    await side.accept('SM2', phone, 'START', { senderId });
    await side.automate();
    await expect(send('after START')).resolves.toMatchObject({ events: [{ type: 'MessageSent' }] });
    const address = { addressId: await side.naturalKeys.address(side.programId, phone), senderId: side.sender };
    expect((await side.consents.read(side.programId, address)).consent.status).toBe('no');
  });

  it('K1, optOutScope: staff may still write if an opt-out blocks automated texts only', async () => {
    side = new WriteSide(engines, `c${(count += 1)}`);
    await side.createProgram({ optOutScope: 'automated_only' });
    ritaId = `rita-${count}`;
    await createContact(ritaId, rita);
    ({ conversationId } = await side.start('anna', { contactId: ritaId }, side.context('start')));
    await receive('SM1', 'STOP');
    await expect(send('by staff')).resolves.toMatchObject({ events: [{ type: 'MessageSent' }] });
  });

  describe('R6: a person who never replied and is not enrolled', () => {
    const unsolicited = async (policies: Partial<Policies> = {}, details: Partial<ContactDetails> = {}) => {
      side = new WriteSide(engines, `c${(count += 1)}`);
      await side.createProgram({ consentMode: 'opted_in_by_default', ...policies });
      ritaId = `rita-${count}`;
      await createContact(ritaId, { ...rita, registered: false, ...details });
      ({ conversationId } = await side.start('anna', { contactId: ritaId }, side.context('start')));
      await send('first');
    };
    const sent = { events: [{ type: 'MessageSent' }] };
    const unanswered = { code: 'UnansweredMessage' };

    it('gets one text, and the refusal of the next one is stored', async () => {
      await unsolicited();
      await expect(send('second')).rejects.toMatchObject(unanswered);
      await expect(send('second')).rejects.toThrow(SendRefusedError);
      expect(await typesSince(1)).toEqual(['MessageSent', 'SendRefused']);
      await expect(send('first')).resolves.toMatchObject(sent);
    });

    it('gets no second one in another conversation', async () => {
      await unsolicited();
      const referralId = `referral-${count}`;
      const data = { referrerId: ritaId, referredId: ritaId, status: 'new', externalId: null };
      await side.do(new HandleReferral(referralId, { type: 'CreateReferral', data }, side.context('referral')));
      const whom = { referralId, side: 'referrer' } as const;
      const { conversationId: to } = await side.start('anna', whom, side.context('other'));
      await expect(send('second', { to })).rejects.toMatchObject(unanswered);
    });

    it('gets more after an answer', async () => {
      await unsolicited();
      await receive('SM1', 'Who is this?');
      await expect(send('second')).resolves.toMatchObject(sent);
    });

    it.each([
      ['the contact is enrolled', {}, { registered: true }],
      ['the policy allows it', { unsolicitedMessages: 'unlimited' }, {}],
    ] as const)('gets more when %s', async (_, policies, details) => {
      await unsolicited(policies, details);
      await expect(send('second')).resolves.toMatchObject(sent);
    });

    it('gets more after a YES', async () => {
      await unsolicited();
      await receive('SM1', 'START');
      await expect(send('second')).resolves.toMatchObject(sent);
    });
  });

  it('U5: texts to one number have a daily limit over its conversations, and the refusal is stored', async () => {
    await receive('SM1', 'START');
    side.limits.perContact = 2;
    const sendAt = (key: string, time: string) =>
      side.do(
        new HandleConversation(
          conversationId,
          { type: 'SendMessage', data: { by: 'anna', channel: 'sms', text: 'Hello' } },
          side.context(key, undefined, time),
        ),
      );
    await sendAt('a', '2026-01-05T09:00:00.000Z');
    await sendAt('b', '2026-01-05T10:00:00.000Z');
    const refused = sendAt('c', '2026-01-05T23:59:59.000Z');
    await expect(refused).rejects.toThrow(SendRefusedError);
    await expect(refused).rejects.toMatchObject({ code: 'TextLimitReached' });
    expect((await side.facts('conversation')).at(-1)).toMatchObject({
      type: 'SendRefused',
      data: { rule: 'TextLimitReached' },
    });
    // An in-app message does not count as a text, and the next day starts a new count.
    await expect(send('in the app', { channel: 'in-app' })).resolves.toMatchObject({
      events: [{ type: 'MessageSent' }],
    });
    await expect(sendAt('d', '2026-01-06T00:00:00.000Z')).resolves.toMatchObject({ events: [{ type: 'MessageSent' }] });
    // A retry gets the first response, not the limit.
    await expect(sendAt('b', '2026-01-05T10:00:00.000Z')).resolves.toMatchObject({ events: [{ type: 'MessageSent' }] });
  });

  it('U5: texts of one program have a daily limit, and a form that would cause one is refused', async () => {
    side.textsOfProgram = side.limits.perProgram;
    await expect(askFor()).rejects.toMatchObject({ code: 'TextLimitReached' });
    await receive('SM1', 'START');
    await expect(send('a')).rejects.toMatchObject({ code: 'TextLimitReached' });
    side.textsOfProgram = side.limits.perProgram - 1;
    await expect(send('b')).resolves.toMatchObject({ events: [{ type: 'MessageSent' }] });
  });

  it('U5, K10: a form that causes no text is stored as evidence when a limit is reached', async () => {
    await receive('SM1', 'START');
    side.textsOfProgram = side.limits.perProgram;
    expect((await askFor()).events.map(({ type }) => type)).toEqual(['OptInFormReceived']);
  });

  it('U5: the limits apply while the counting followers lag', async () => {
    await receive('SM1', 'START');
    Object.assign(side, { automate: () => Promise.resolve() });
    side.limits.perContact = 3;
    const sent = [];
    for (let n = 0; n < 5; n += 1)
      sent.push(
        await send(`text ${n}`).then(
          () => 'sent',
          (error: { code: string }) => error.code,
        ),
      );
    expect(sent).toEqual(['sent', 'sent', 'sent', 'TextLimitReached', 'TextLimitReached']);
    await expect(send('text 0')).resolves.toMatchObject({ events: [{ type: 'MessageSent' }] });
  });

  it('U5, K3: a STOP or a START counts even when a limit is reached', async () => {
    side.textsOfProgram = side.limits.perProgram;
    await receive('SM1', 'START');
    await receive('SM2', 'STOP');
    expect((await side.facts('consent')).map(({ type }) => type)).toEqual(['OptedIn', 'OptedOut']);
    expect(await typesSince(1)).toEqual(['KeywordReceived', 'KeywordReceived']);
  });

  it('K2: the date given in a form neither prevents nor repeats the opt-in request', async () => {
    const consentId = ids.consent(side.programId, await side.naturalKeys.address(side.programId, phone), side.sender);
    const ask = (key: string, tickedAt: string, acceptedAt: string) =>
      side.do(
        new HandleConsent(
          consentId,
          {
            type: 'RequestOptIn',
            data: {
              contactId: ritaId,
              phone: null,
              referralId: null,
              purpose: 'conversational',
              evidence: { ...evidence, tickedAt },
            },
          },
          side.context(key, undefined, acceptedAt),
        ),
      );
    await ask('first', '2099-01-01T00:00:00.000Z', '2026-01-05T09:00:00.000Z');
    await ask('soon', '2026-W10-1', '2026-01-05T10:00:00.000Z');
    await ask('a day later', '2026-W10-1', '2026-01-06T09:00:01.000Z');
    expect((await side.facts('consent')).map(({ type }) => type)).toEqual([
      'OptInRequested',
      'OptInFormReceived',
      'OptInRequested',
    ]);
  });

  it('M9: a repetition gets the first response, whatever consent is now', async () => {
    await expect(send('a')).rejects.toMatchObject({ code: 'NoConsent' });
    await receive('SM1', 'START');
    await expect(send('a')).rejects.toMatchObject({ code: 'NoConsent' });
    const first = await send('b');
    await receive('SM2', 'STOP');
    expect(await send('b')).toEqual(first);
    await expect(send('b', { text: 'Other' })).rejects.toThrow(CommandIdReused);
  });

  it('decision, replyToInbound: staff may answer a person who texted first, if the program allows it', async () => {
    await receive('SM1', 'Hi there');
    await expect(send('a')).resolves.toMatchObject({
      events: [{ type: 'MessageSent', data: { to: phone, route: { senderId: side.sender, from: '+15550001111' } } }],
    });
    side = new WriteSide(engines, `c${count}-strict`);
    await side.createProgram({ replyToInbound: 'needs_consent' });
    await receive('SM1', 'Hi there');
    const to = ids.conversation(side.programId, await side.naturalKeys.contactByPhone(side.programId, phone), null);
    await expect(send('a', { to })).rejects.toMatchObject({ code: 'NoConsent' });
  });

  it('R5: an in-app message needs a contact who is registered and active', async () => {
    await expect(send('a', { channel: 'in-app' })).resolves.toMatchObject({
      events: [{ type: 'MessageSent', data: { to: null, route: null } }],
    });
    const change = (changes: Partial<ContactDetails>) =>
      side.do(
        new HandleContact(ritaId, { type: 'ChangeContact', data: { changes } }, side.context(JSON.stringify(changes))),
      );
    await change({ active: false });
    await expect(send('b', { channel: 'in-app' })).rejects.toMatchObject({ code: 'ContactInactive' });
    await change({ registered: false });
    await expect(send('c', { channel: 'in-app' })).rejects.toMatchObject({ code: 'ContactNotRegistered' });
  });

  it('M5: a contact without a number can be written to in the app only', async () => {
    await createContact(`${ritaId}-web`, { ...rita, phones: [] });
    const { conversationId: to } = await side.start('anna', { contactId: `${ritaId}-web` }, side.context('web'));
    await expect(send('a', { to })).rejects.toThrow(ContactHasNoPhone);
    await expect(send('b', { to, channel: 'in-app' })).resolves.toMatchObject({ revision: 1 });
  });

  it('M2, M3: there is one conversation for the contact and each referral; starting again finds it', async () => {
    const referralId = `referral-${count}`;
    await createContact(`paul-${count}`, { ...rita, name: 'Paul', phones: [] });
    const data = { referrerId: ritaId, referredId: `paul-${count}`, status: 'new', externalId: null };
    await side.do(new HandleReferral(referralId, { type: 'CreateReferral', data }, side.context('referral')));
    const start = async (side_: 'referrer' | 'referred', key: string) =>
      (await side.start('anna', { referralId, side: side_ }, side.context(key))).conversationId;
    const withReferrer = await start('referrer', 'r1');
    expect(await start('referrer', 'r2')).toBe(withReferrer);
    expect(new Set([withReferrer, await start('referred', 'r3'), conversationId]).size).toBe(3);
    await expect(askFor('elsewhere', 'referral-of-nobody')).rejects.toThrow(ReferralNotFound);
  });

  it('M3: a bare number leads to its owner, or to a new contact, once', async () => {
    const start = async (to: string, key: string) =>
      (await side.start('anna', { phone: to }, side.context(key))).conversationId;
    expect(await start(phone, 'p1')).toBe(conversationId);
    const unknown = await start('+15557654321', 'p2');
    await side.automate();
    expect(await start('+15557654321', 'p3')).toBe(unknown);
    expect(unknown).toBe(
      ids.conversation(side.programId, await side.naturalKeys.contactByPhone(side.programId, '+15557654321'), null),
    );
  });

  it("G5: another program's resources do not exist", async () => {
    const other = new WriteSide(engines, `c${count}-other`);
    await other.createProgram();
    await expect(send('a', { on: other })).rejects.toThrow(ConversationNotFound);
    await expect(other.start('anna', { contactId: ritaId }, other.context('b'))).rejects.toThrow(ContactNotFound);
    expect(await other.facts('conversation')).toEqual([]);
  });
});
