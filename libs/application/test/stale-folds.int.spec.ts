import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import type { Message } from '@app/kernel';
import { noDetails, type ContactDetails } from '@app/domain/contact';
import { LostKeys } from '@app/testing';
import { HandleConsent } from '../consent/consent.command.js';
import { HandleContact } from '../contact/contact.command.js';
import { HandleConversation } from '../conversation/conversation.command.js';
import { ids } from '../commands/ids.js';
import { WriteSide } from './write-side.fixture.js';

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

describe('an outdated fold, and destroyed keys', () => {
  const folder = new TemporaryFolder();
  let engines: Engines;
  let count = 0;
  let here: WriteSide;
  let there: WriteSide;
  let general: string;
  beforeAll(async () => {
    engines = await folder.open();
  });
  beforeEach(async () => {
    here = new WriteSide(engines, `s${(count += 1)}`);
    there = new WriteSide(engines, `s${count}`);
    await here.createProgram();
    await here.do(new HandleContact(`rita-${count}`, { type: 'CreateContact', data: rita }, here.context('rita')));
    ({ conversationId: general } = await here.start('anna', { contactId: `rita-${count}` }, here.context('start')));
    await here.do(
      new HandleConversation(
        general,
        { type: 'SendMessage', data: { by: 'anna', channel: 'in-app', text: 'x' } },
        here.context('first'),
      ),
    );
  });
  afterAll(() => folder.remove());
  const remove = (side: WriteSide) =>
    side.do(new HandleConversation(general, { type: 'DeleteConversation', data: { by: 'o' } }, side.context('delete')));

  it('M8: a conversation deleted by another process is refused with its code, not with a server error', async () => {
    await remove(there);
    for (const key of ['a', 'b', 'c'])
      await expect(
        here.do(
          new HandleConversation(
            general,
            { type: 'SendMessage', data: { by: 'anna', channel: 'in-app', text: 'More' } },
            here.context(key),
          ),
        ),
      ).rejects.toMatchObject({ code: 'ConversationDeleted' });
  });

  it('M8: it is refused with that code also if the keyring no longer knows that its key was destroyed', async () => {
    await remove(there);
    const keys = new LostKeys(engines.keyring);
    keys.lose(general);
    await expect(
      here.do(
        new HandleConversation(
          general,
          { type: 'SendMessage', data: { by: 'anna', channel: 'in-app', text: 'More' } },
          here.context('a'),
        ),
      ),
    ).rejects.toMatchObject({ code: 'ConversationDeleted' });
    expect(keys.made).toEqual(new Map());
  });

  it('M8: an erased contact created again after a restart is refused with its code', async () => {
    await here.erase(`rita-${count}`, 'erase');
    await here.automate();
    const restarted = new WriteSide(engines, `s${count}`);
    await expect(
      restarted.do(new HandleContact(`rita-${count}`, { type: 'CreateContact', data: rita }, here.context('again'))),
    ).rejects.toMatchObject({ code: 'ContactErased' });
  });

  it('R1, X8: an erased contact changed by a process that has cached it is refused with its code', async () => {
    await there.erase(`rita-${count}`, 'erase');
    await there.automate();
    await expect(
      here.do(
        new HandleContact(
          `rita-${count}`,
          { type: 'ChangeContact', data: { changes: { name: 'Rita B' } } },
          here.context('change'),
        ),
      ),
    ).rejects.toMatchObject({ code: 'ContactErased' });
  });

  it('M9: a command repeated after a restart and an erasure gets its first response', async () => {
    const first = (await here.facts('contact'))[0];
    await here.erase(`rita-${count}`, 'erase');
    await here.automate();
    const restarted = new WriteSide(engines, `s${count}`);
    const again = await restarted.do(
      new HandleContact(`rita-${count}`, { type: 'CreateContact', data: rita }, here.context('rita')),
    );
    expect(again).toMatchObject({ revision: 0, events: [{ eventId: first?.eventId }] });
  });

  it('K2: the opt-in request goes to the next conversation, if another process deleted the previous one', async () => {
    await here.accept('SM1', phone, 'Hello');
    await here.automate(); // the automation has cached the conversation
    await there.do(
      new HandleConversation(general, { type: 'DeleteConversation', data: { by: 'o' } }, there.context('delete')),
    );
    const consentId = ids.consent(here.programId, await here.naturalKeys.address(here.programId, phone), here.sender);
    await here.do(
      new HandleConsent(
        consentId,
        {
          type: 'RequestOptIn',
          data: { contactId: `rita-${count}`, phone, referralId: null, purpose: 'conversational', evidence },
        },
        here.context('form'),
      ),
    );
    const types = (await here.facts('conversation')).map(({ type }: Message) => type);
    expect(types).toContain('AutomatedTextSent');
  });

  it('X8: a form that is handled while its contact is erased leaves no consent for the next owner', async () => {
    const single = new WriteSide(engines, `single${count}`);
    await single.createProgram({ consentMode: 'single_opt_in' });
    await single.do(new HandleContact(`tom-${count}`, { type: 'CreateContact', data: rita }, single.context('tom')));
    const addressId = await single.naturalKeys.address(single.programId, phone);
    const consentId = ids.consent(single.programId, addressId, single.sender);
    // The request's process pauses after it has read everything, before it appends; the automation erases meanwhile.
    const store = engines.eventStore;
    const [read, subscribe, head] = [store.read.bind(store), store.subscribe.bind(store), store.head.bind(store)];
    const paused = Object.assign(Object.create(store) as typeof store, {
      read,
      subscribe,
      head,
      append: store.append.bind(store),
    });
    const other = new WriteSide({ ...engines, eventStore: paused }, `single${count}`);
    paused.append = async (...args: Parameters<typeof store.append>) => {
      if (args[0] === `consent-${consentId}`) {
        paused.append = store.append.bind(store);
        await single.erase(`tom-${count}`, 'erase');
        await single.automate();
      }
      return store.append(...args);
    };
    other.automate = () => Promise.resolve();
    await other
      .do(
        new HandleConsent(
          consentId,
          {
            type: 'RequestOptIn',
            data: { contactId: `tom-${count}`, phone, referralId: null, purpose: 'conversational', evidence },
          },
          other.context('form'),
        ),
      )
      .catch(() => undefined);
    expect((await single.consents.read(single.programId, { addressId, senderId: single.sender })).consent.status).toBe(
      'none',
    );
  });
});
