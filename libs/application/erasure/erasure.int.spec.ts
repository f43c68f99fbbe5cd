import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { ERASED } from '@app/kernel';
import { noDetails, type ContactDetails } from '@app/domain/contact';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation, type ConversationIntent } from '../conversation/conversation.command.js';
import { HandleReferral } from '../referral/referral.command.js';
import { ids } from '../commands/ids.js';
import { WriteSide } from '../test/write-side.fixture.js';

const phone = '+15551234567';
const rita: ContactDetails = {
  ...noDetails,
  name: 'Rita',
  phones: [phone],
  emails: ['rita@example.com'],
  externalId: null,
  contactType: 'referrer',
  registered: true,
  active: true,
};
const evidence = { wording: 'Text me', wordingVersion: '1', source: 'https://example.com', tickedAt: null };

describe('erased content', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let side: WriteSide;
  let count = 0;
  let ritaId: string;
  let general: string;
  beforeAll(async () => {
    engines = await folder.open();
  });
  beforeEach(async () => {
    side = new WriteSide(engines, `e${(count += 1)}`);
    await side.createProgram();
    ritaId = `rita-${count}`;
    await createContact(ritaId, rita);
    ({ conversationId: general } = await side.start('anna', { contactId: ritaId }, side.context('start')));
  });
  afterAll(() => folder.remove());

  const createContact = (contactId: string, data: ContactDetails) =>
    side.do(new HandleContact(contactId, { type: 'CreateContact', data }, side.context(contactId)));
  const inConversation = (id: string, intent: ConversationIntent, key: string) =>
    side.do(new HandleConversation(id, intent, side.context(key)));
  const send = (id: string, text: string, key = text) =>
    inConversation(id, { type: 'SendMessage', data: { by: 'anna', channel: 'in-app', text } }, key);
  const sendText = (id: string, key: string) =>
    inConversation(id, { type: 'SendMessage', data: { by: 'anna', channel: 'sms', text: 'Hello' } }, key);
  const remove = (id: string) =>
    inConversation(id, { type: 'DeleteConversation', data: { by: 'olivia' } }, `delete ${id}`);
  const receive = async (providerMessageId: string, text: string) => {
    await side.accept(providerMessageId, phone, text);
    await side.automate();
  };
  const restarted = (): WriteSide => (side = new WriteSide(engines, `e${count}`));
  const consentStatus = async () =>
    (
      await side.consents.read(side.programId, {
        addressId: await side.naturalKeys.address(side.programId, phone),
        senderId: side.sender,
      })
    ).consent.status;
  const texts = async (id: string): Promise<unknown[]> =>
    (await side.facts('conversation'))
      .filter(({ stream, data }) => stream === `conversation-${id}` && 'text' in data)
      .map(({ data }) => (data as { text: unknown }).text);
  const lastStarted = async (): Promise<string> =>
    (await side.facts('conversation')).filter(({ type }) => type === 'ConversationStarted').at(-1)?.aggregateId ?? '';
  const contactData = async (id: string): Promise<Message['data'] | undefined> =>
    (await side.facts('contact')).find(({ aggregateId }) => aggregateId === id)?.data;

  describe('a conversation', () => {
    let about: string;
    beforeEach(async () => {
      await createContact(`paul-${count}`, { ...rita, name: 'Paul', phones: [] });
      await side.do(
        new HandleReferral(
          `referral-${count}`,
          {
            type: 'CreateReferral',
            data: { referrerId: ritaId, referredId: `paul-${count}`, status: 'new', externalId: null },
          },
          side.context('referral'),
        ),
      );
      ({ conversationId: about } = await side.start(
        'anna',
        { referralId: `referral-${count}`, side: 'referrer' },
        side.context('about'),
      ));
      await send(general, 'In general');
      await send(about, 'About Paul');
    });

    it('M8: its content is erased, and the contact and its other conversations stay', async () => {
      await remove(general);
      expect([await texts(general), await texts(about)]).toEqual([[ERASED], ['About Paul']]);
      expect(await contactData(ritaId)).toMatchObject({ name: 'Rita' });
    });

    it('M8: its existence, and who deleted it, stay; nothing can be added', async () => {
      await remove(general);
      expect((await side.facts('conversation')).at(-1)).toMatchObject({
        type: 'ConversationDeleted',
        data: { conversationId: general, contactId: ritaId, by: 'olivia' },
      });
      await expect(send(general, 'More')).rejects.toMatchObject({ code: 'ConversationDeleted' });
      expect(
        (await inConversation(general, { type: 'DeleteConversation', data: { by: 'olivia' } }, 'again')).events,
      ).toEqual([]);
    });

    it('M8: a conversation started afterwards is a new one, with its own key', async () => {
      await remove(general);
      const { conversationId: second } = await side.start('anna', { contactId: ritaId }, side.context('second'));
      await send(second, 'From the beginning');
      expect(second).toBe(ids.conversation(side.programId, ritaId, null, 1));
      await remove(second);
      const { conversationId: third } = await side.start('anna', { contactId: ritaId }, side.context('third'));
      await send(third, 'Once more');
      expect([await texts(general), await texts(second), await texts(third)]).toEqual([
        [ERASED],
        [ERASED],
        ['Once more'],
      ]);
    });

    it('M9: the command that started it, repeated after the deletion, gets its first response', async () => {
      const found = await side.starter.find({ contactId: ritaId }, side.context('start'));
      await remove(general);
      expect(
        (await side.starter.start({ by: 'anna' }, { contactId: ritaId }, found, side.context('start'))).conversationId,
      ).toBe(general);
      expect(await lastStarted()).toBe(about);
    });

    it('M14: a text goes to the conversation that started after the deleted one of the number', async () => {
      await receive('SM-START', 'START');
      await sendText(about, 'text');
      await receive('SM-1', 'Thanks');
      await remove(about);
      await receive('SM-2', 'Are you there?');
      const next = ids.conversation(side.programId, ritaId, `referral-${count}`, 1);
      expect([await texts(about), await texts(next)]).toEqual([[ERASED, ERASED, ERASED], ['Are you there?']]);
    });

    it.each([0, 1, 2, 3, 4])(
      'M14: a text that was accepted before the deletion is in one conversation, once, wherever the process died (after %i commands)',
      async (commands) => {
        await side.accept('SM-1', phone, 'On its way');
        side.dieAfter(commands);
        await side.automate().catch(() => undefined);
        restarted();
        await side.do(
          new HandleConversation(
            general,
            { type: 'DeleteConversation', data: { by: 'olivia' } },
            side.context('delete'),
          ),
        );
        await side.automateAgain();
        const found = [...(await texts(general)), ...(await texts(ids.conversation(side.programId, ritaId, null, 1)))];
        // The text was erased with the others, or went to the next conversation.
        expect(found.filter((text) => text === 'On its way').length).toBeLessThanOrEqual(1);
        expect(found).toHaveLength(2);
        expect((await side.facts('conversation')).filter(({ type }) => type === 'MessageReceived')).toHaveLength(1);
      },
    );

    it('K2: the opt-in request goes to the existing conversation', async () => {
      await remove(general);
      const consentId = ids.consent(side.programId, await side.naturalKeys.address(side.programId, phone), side.sender);
      await side.do(
        new HandleConsent(
          consentId,
          {
            type: 'RequestOptIn',
            data: { contactId: ritaId, phone: null, referralId: null, purpose: 'conversational', evidence },
          },
          side.context('form'),
        ),
      );
      const next = ids.conversation(side.programId, ritaId, null, 1);
      expect(await texts(next)).toHaveLength(1);
      await remove(next);
      await restarted().automateAgain();
      expect((await side.facts('conversation')).filter(({ type }) => type === 'AutomatedTextSent')).toHaveLength(1);
    });
  });

  describe('a person', () => {
    const erase = async (key = 'erase'): Promise<void> => {
      await side.erase(ritaId, key);
      await side.automate();
    };

    it('X8: name, numbers, messages and received texts are erased, at once and after a restart', async () => {
      await receive('SM-1', 'Is my bonus in?');
      await send(general, 'It is');
      await erase();
      for (const _ of [1, 2]) {
        expect(await contactData(ritaId)).toMatchObject({ name: ERASED, phones: ERASED, emails: ERASED });
        expect(await texts(general)).toEqual([ERASED, ERASED]);
        expect((await side.facts('inbound'))[0]?.data).toMatchObject({ from: ERASED, text: ERASED, form: ERASED });
        await expect(side.start('anna', { contactId: ritaId }, side.context('again'))).rejects.toMatchObject({
          code: 'ContactErased',
        });
        restarted();
      }
    });

    it('X8: nothing can be added', async () => {
      await erase();
      await expect(
        side.do(
          new HandleContact(
            ritaId,
            { type: 'ChangeContact', data: { changes: { name: 'Rita' } } },
            side.context('change'),
          ),
        ),
      ).rejects.toMatchObject({ code: 'ContactErased' });
      await expect(createContact(ritaId, rita)).resolves.toBeDefined(); // the first response to the same command
      await expect(
        side.do(new HandleContact(ritaId, { type: 'CreateContact', data: rita }, side.context('create'))),
      ).rejects.toMatchObject({ code: 'ContactErased' });
      await erase('again');
      expect((await side.facts('contact')).map(({ type }) => type)).toEqual(['ContactCreated', 'ContactErased']);
    });

    it('X8, K10: a contact who said Yes is not texted because of that afterwards, even if created again', async () => {
      await receive('SM-1', 'START');
      await erase();
      await createContact(`anew-${count}`, rita);
      const { conversationId } = await side.start('anna', { contactId: `anew-${count}` }, side.context('anew'));
      await expect(sendText(conversationId, 'text')).rejects.toMatchObject({ code: 'NoConsent' });
    });

    it("X4, X8: a replay does not change the consent of the number's next owner", async () => {
      await erase();
      await receive('SM-1', 'START');
      expect(await consentStatus()).toBe('yes');
      await restarted().automateAgain();
      expect(await consentStatus()).toBe('yes');
    });

    it('X8, K7: a contact who sent STOP is not texted afterwards, even if created again', async () => {
      await receive('SM-1', 'STOP');
      await erase();
      await createContact(`anew-${count}`, rita);
      const { conversationId } = await side.start('anna', { contactId: `anew-${count}` }, side.context('anew'));
      await expect(sendText(conversationId, 'text')).rejects.toMatchObject({ code: 'RecipientOptedOut' });
    });

    it('X8, K3: a text from the number creates a new contact: nothing is lost, automation continues, and STOP counts', async () => {
      await receive('SM-1', 'Before');
      await erase();
      await receive('SM-2', 'It is me again');
      const anew = await lastStarted();
      expect([await texts(anew), await texts(general)]).toEqual([['It is me again'], [ERASED]]);
      expect(
        (await side.facts('inbound'))
          .filter(({ type }) => type === 'InboundReceived')
          .map(({ data }) => (data as { text: unknown }).text),
      ).toEqual([ERASED, 'It is me again']);
      await receive('SM-3', 'STOP');
      expect(await consentStatus()).toBe('no');
      await expect(sendText(anew, 'text')).rejects.toMatchObject({ code: 'RecipientOptedOut' });
      // Consent given or refused afterwards has new evidence.
      expect((await side.facts('consent')).at(-1)?.data).toMatchObject({ keyword: 'STOP', text: 'STOP' });
    });

    it('X8: another erasure erases newer content', async () => {
      await erase();
      await receive('SM-2', 'It is me again');
      const contactId = (await side.facts('contact')).at(-1)?.aggregateId ?? '';
      const anew = await lastStarted();
      await side.erase(contactId, 'second');
      await side.automate();
      await receive('SM-3', 'And again');
      expect([await texts(anew), await texts(await lastStarted())]).toEqual([[ERASED], ['And again']]);
    });

    it('X8: a shared number keeps its content and its other owner', async () => {
      await createContact(`partner-${count}`, { ...rita, name: 'Partner' });
      await receive('SM-1', 'STOP');
      await erase();
      expect((await side.facts('inbound'))[0]?.data).toMatchObject({ text: 'STOP' });
      expect(await contactData(`partner-${count}`)).toMatchObject({ name: 'Partner' });
    });

    it('X8: former numbers of the person are erased too', async () => {
      await receive('SM-1', 'From the old number');
      await side.do(
        new HandleContact(
          ritaId,
          { type: 'ChangeContact', data: { changes: { phones: ['+15557654321'] } } },
          side.context('moves'),
        ),
      );
      await erase();
      expect((await side.facts('inbound'))[0]?.data).toMatchObject({ text: ERASED });
    });

    it.each([0, 1, 2, 3, 4, 5, 6])(
      'X8: stopped after %i commands and started again, the erasure completes',
      async (commands) => {
        await receive('SM-1', 'Is my bonus in?');
        side.dieAfter(commands);
        await erase().catch(() => undefined);
        restarted();
        await side.automateAgain();
        await erase();
        await side.automateAgain();
        expect([await contactData(ritaId), await texts(general)]).toMatchObject([
          { name: ERASED, phones: ERASED },
          [ERASED],
        ]);
        expect((await side.facts('inbound'))[0]?.data).toMatchObject({ text: ERASED });
        expect(await consentStatus()).toBe('none');
      },
    );

    it('X8: a conversation that starts during the erasure is deleted too', async () => {
      await side.erase(ritaId, 'erase');
      const late = ids.conversation(side.programId, ritaId, 'another');
      const start = {
        type: 'StartConversation',
        data: { conversationId: late, contactId: ritaId, referralId: 'another', by: 'bob' },
      } as const;
      await inConversation(late, start, 'late');
      expect(
        (await side.facts('conversation')).filter(({ aggregateId }) => aggregateId === late).map(({ type }) => type),
      ).toEqual(['ConversationStarted', 'ConversationDeleted']);
    });

    it('X8, K3: a text that became unreadable because its number was erased counts as a STOP, once', async () => {
      await receive('SM-1', 'START');
      expect(await consentStatus()).toBe('yes');
      await side.accept('SM-2', phone, 'STOP, please');
      const [, , late] = (await side.facts('inbound')) as Recorded<Message>[];
      await engines.keyring.destroy(String((late?.data as { subjectId?: string }).subjectId));
      await restarted().automateAgain();
      await side.automateAgain();
      expect(await consentStatus()).toBe('no');
      expect((await side.facts('consent')).filter(({ type }) => type === 'OptedOut')).toHaveLength(1);
    });

    it('X8, K9: texts from before the erasure are no reason to text the person; a STOP among them counts', async () => {
      await receive('SM-1', 'START');
      await side.accept('SM-2', phone, 'STOP');
      await side.erase(ritaId, 'erase');
      await side.automate();
      expect(await consentStatus()).toBe('no');
    });

    it('rule 2: following the event store again from its beginning changes nothing', async () => {
      await receive('SM-1', 'HELP');
      await receive('SM-2', 'START');
      await receive('SM-3', 'Is my bonus in?');
      await erase();
      await receive('SM-4', 'It is me again');
      const head = await side.eventLog.head();
      await restarted().automateAgain();
      expect(await side.eventLog.head()).toBe(head);
    });
  });
});
