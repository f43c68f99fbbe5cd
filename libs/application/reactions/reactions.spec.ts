import type { Message, Recorded } from '@app/kernel';
import type { ConsentEvent } from '@app/domain/consent';
import type { ContactCreated } from '@app/domain/contact';
import type { ConversationEvent } from '@app/domain/conversation';
import { erasedSampleOf, newRecord, sampleOf, samples } from '@app/testing';
import type { CommandContext } from '@app/eventing';
import type { HandleAddress } from '../address/address.handler.js';
import { askForYes, holdAddresses, noteTexts } from './reactions.js';

const record = newRecord();
const sender = (senderId: string) => (senderId === 'sender-1' ? { phone: '+15550001111' } : null);
const contact = (event: Message) => record('contact-contact-rita', event) as Recorded<ContactCreated>;
const said = (event: Message) => record('conversation-conversation-1', event) as Recorded<ConversationEvent>;
const agreed = (event: Message) => record('consent-consent-1', event) as Recorded<ConsentEvent>;
const changed = (addressIds: string[], formerAddressIds: string[]) =>
  contact({ type: 'ContactDetailsChanged', data: { ...samples.ContactDetailsChanged, addressIds, formerAddressIds } });

const brief = (commands: readonly HandleAddress[]) => commands.map(({ id, intent }) => [id, intent.type]);
const commandIds = (commands: readonly { readonly context: CommandContext }[]) =>
  commands.map(({ context }) => context.commandId);

describe('reactions to a contact', () => {
  it('M14: each of its numbers knows who has it', () => {
    expect(brief(holdAddresses(contact(sampleOf('ContactCreated'))))).toEqual([['address-1', 'HoldAddress']]);
  });

  it('M14: of a change only what is new is held, and what is gone is given up', () => {
    expect(brief(holdAddresses(changed(['a', 'b'], ['b', 'c'])))).toEqual([
      ['a', 'HoldAddress'],
      ['c', 'ReleaseAddress'],
    ]);
    expect(holdAddresses(changed(['a', 'b'], ['b', 'a']))).toEqual([]);
  });
});

describe('reactions to a text that goes out', () => {
  it.each(['MessageSent', 'AutomatedTextSent'] as const)(
    'M14: the number knows which conversation texted it: %s',
    (type) => {
      const event = said(sampleOf(type));
      const [command, ...others] = noteTexts(event);
      expect(others).toEqual([]);
      expect(command).toMatchObject({
        id: 'address-1',
        intent: {
          type: 'NoteText',
          data: {
            contactId: 'contact-rita',
            conversationId: 'conversation-1',
            senderId: 'sender-1',
            at: event.metadata.occurredAt,
          },
        },
      });
    },
  );

  it('M14: nothing else is a text', () => {
    expect(
      noteTexts(said({ type: 'MessageSent', data: { ...samples.MessageSent, channel: 'in-app', route: null } })),
    ).toEqual([]);
    for (const type of ['MessageReceived', 'KeywordReceived', 'SendRefused', 'ConversationStarted'] as const)
      expect(noteTexts(said(sampleOf(type)))).toEqual([]);
  });
});

describe('reactions to a ticked form', () => {
  it('K2: one text asks for YES, from the number the consent is for', () => {
    const route = { senderId: 'sender-1', from: '+15550001111', addressId: 'address-1' };
    expect(askForYes(agreed(sampleOf('OptInRequested')), sender)?.intent).toMatchObject({
      type: 'SendOptInRequest',
      data: { text: samples.OptInRequested.optInText?.text, to: '+15551234567', route },
    });
  });

  it('X8: nothing is asked of a number that was erased', () => {
    expect(askForYes(agreed(erasedSampleOf('OptInRequested')), sender)).toBeNull();
  });

  it('policy single_opt_in: nothing is asked', () => {
    expect(
      askForYes(agreed({ type: 'OptInRequested', data: { ...samples.OptInRequested, optInText: null } }), sender),
    ).toBeNull();
  });

  it('K1: nothing is asked from a number that is gone', () => {
    expect(askForYes(agreed(sampleOf('OptInRequested')), () => null)).toBeNull();
  });

  it('K2: nothing else asks', () => {
    for (const type of ['OptedIn', 'OptedOut', 'TextedFirst'] as const)
      expect(askForYes(agreed(sampleOf(type)), sender)).toBeNull();
  });
});

describe('reactions to an event that is handled again', () => {
  const ask = (event: Recorded<ConsentEvent>): { readonly context: CommandContext }[] => {
    const asked = askForYes(event, sender);
    return asked ? [{ context: asked.context }, { context: asked.startContext }] : [];
  };
  const cases: [string, () => readonly { readonly context: CommandContext }[]][] = [
    [
      'contact created',
      (
        (event) => () =>
          holdAddresses(event)
      )(contact(sampleOf('ContactCreated'))),
    ],
    [
      'contact changed',
      (
        (event) => () =>
          holdAddresses(event)
      )(changed(['a', 'b', 'c'], ['c', 'd', 'e'])),
    ],
    [
      'text sent',
      (
        (event) => () =>
          noteTexts(event)
      )(said(sampleOf('MessageSent'))),
    ],
    [
      'form ticked',
      (
        (event) => () =>
          ask(event)
      )(agreed(sampleOf('OptInRequested'))),
    ],
  ];

  it.each(cases)('N3, rule 3: are the same commands, each with an id of its own: %s', (_name, react) => {
    const once = react();
    expect(once.length).toBeGreaterThan(0);
    expect(react()).toEqual(once);
    expect(new Set(commandIds(once)).size).toBe(once.length);
  });

  it('rule 3: another event gives other command ids', () => {
    expect(commandIds(noteTexts(said(sampleOf('MessageSent'))))).not.toEqual(
      commandIds(noteTexts(said(sampleOf('MessageSent')))),
    );
  });

  it("G5, X6: a command is of the event's program, and says what caused it", () => {
    const event = said(sampleOf('MessageSent'));
    expect(noteTexts(event)[0]?.context).toMatchObject({
      programId: 'program-1',
      causationId: event.eventId,
      correlationId: event.metadata.correlationId,
      actor: { kind: 'system' },
    });
  });
});
