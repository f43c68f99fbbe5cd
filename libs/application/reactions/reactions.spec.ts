import type { CommandContext } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { ConversationNotFound } from '@app/domain/conversation';
import { erasedSampleOf, newRecord, sampleOf, samples } from '@app/testing';
import type { AggregateCommand } from '../commands/aggregate-command.js';
import { askForYes } from './ask-for-yes.reaction.js';
import type { Reaction, ReactionServices } from './define-reaction.js';
import { holdAddresses } from './hold-addresses.reaction.js';
import { noteTexts } from './note-texts.reaction.js';

type Given = AggregateCommand<Message>;

const record = newRecord();
const contact = (event: Message) => record('contact-contact-rita', event);
const said = (event: Message) => record('conversation-conversation-1', event);
const agreed = (event: Message) => record('consent-consent-1', event);
const changed = (addressIds: string[], formerAddressIds: string[]) =>
  contact({ type: 'ContactDetailsChanged', data: { ...samples.ContactDetailsChanged, addressIds, formerAddressIds } });

/** The commands caused by an event, if the program has these numbers and the conversation has not started. */
async function commandsOf(
  reaction: Reaction,
  event: Recorded<Message>,
  phones = ['+15550001111'],
): Promise<readonly Given[]> {
  const given: Given[] = [];
  const execute = async (command: Given): Promise<void> => {
    if (command.intent.type === 'SendOptInRequest' && given.length === 0) throw new ConversationNotFound();
    given.push(command);
  };
  const lookups = {
    isErased: async () => false,
    program: async () => ({ senders: phones.map((phone) => ({ senderId: 'sender-1', phone })) }),
  };
  await reaction.react(event, { commands: { execute }, lookups } as unknown as ReactionServices);
  return given;
}

const brief = (commands: readonly Given[]) => commands.map(({ id, intent }) => [id, intent.type]);
const commandIds = (commands: readonly { readonly context: CommandContext }[]) =>
  commands.map(({ context }) => context.commandId);

describe('reactions to a contact', () => {
  it('M14: each of its numbers stores the owner', async () => {
    expect(brief(await commandsOf(holdAddresses, contact(sampleOf('ContactCreated'))))).toEqual([
      ['address-1', 'HoldAddress'],
    ]);
  });

  it('M14: after a change only new numbers are added, and removed ones are given up', async () => {
    expect(brief(await commandsOf(holdAddresses, changed(['a', 'b'], ['b', 'c'])))).toEqual([
      ['a', 'HoldAddress'],
      ['c', 'ReleaseAddress'],
    ]);
    expect(await commandsOf(holdAddresses, changed(['a', 'b'], ['b', 'a']))).toEqual([]);
  });
});

describe('reactions to an outgoing text', () => {
  it.each(['MessageSent', 'AutomatedTextSent'] as const)(
    'M14: the number stores the conversation that texted it: %s',
    async (type) => {
      const event = said(sampleOf(type));
      const [command, ...others] = await commandsOf(noteTexts, event);
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

  it('M14: nothing else is a text', async () => {
    const inApp = { ...samples.MessageSent, channel: 'in-app', route: null };
    expect(await commandsOf(noteTexts, said({ type: 'MessageSent', data: inApp }))).toEqual([]);
    expect(noteTexts.on).toEqual(['MessageSent', 'AutomatedTextSent']);
  });
});

describe('reactions to a consent form', () => {
  it('K2: one text asks for YES, from the number the consent is for', async () => {
    const route = { senderId: 'sender-1', from: '+15550001111', addressId: 'address-1' };
    const [start, send, ...others] = await commandsOf(askForYes, agreed(sampleOf('OptInRequested')));
    expect([start?.intent.type, others]).toEqual(['StartConversation', []]);
    expect(send?.intent).toMatchObject({
      type: 'SendOptInRequest',
      data: { text: samples.OptInRequested.optInText?.text, to: '+15551234567', route },
    });
  });

  it('X8: an erased number gets no opt-in request', async () => {
    expect(await commandsOf(askForYes, agreed(erasedSampleOf('OptInRequested')))).toEqual([]);
  });

  it('policy single_opt_in: no opt-in request is sent', async () => {
    const data = { ...samples.OptInRequested, optInText: null };
    expect(await commandsOf(askForYes, agreed({ type: 'OptInRequested', data }))).toEqual([]);
  });

  it('K1: no opt-in request is sent from a removed number', async () => {
    expect(await commandsOf(askForYes, agreed(sampleOf('OptInRequested')), [])).toEqual([]);
  });

  it('K2: nothing else causes an opt-in request', () => {
    expect(askForYes.on).toEqual(['OptInRequested']);
  });
});

describe('reactions to an event that is handled again', () => {
  it.each([
    ['contact created', holdAddresses, contact(sampleOf('ContactCreated'))],
    ['contact changed', holdAddresses, changed(['a', 'b', 'c'], ['c', 'd', 'e'])],
    ['text sent', noteTexts, said(sampleOf('MessageSent'))],
    ['form ticked', askForYes, agreed(sampleOf('OptInRequested'))],
  ])('N3, rule 3: are the same commands, each with its own id: %s', async (_name, reaction, event) => {
    const once = await commandsOf(reaction, event);
    expect(once.length).toBeGreaterThan(0);
    expect(await commandsOf(reaction, event)).toEqual(once);
    expect(new Set(commandIds(once)).size).toBe(once.length);
  });

  it('rule 3: another event gives other command ids', async () => {
    const ids = async () => commandIds(await commandsOf(noteTexts, said(sampleOf('MessageSent'))));
    expect(await ids()).not.toEqual(await ids());
  });

  it("G5, X6: a command belongs to the event's program, and names its cause", async () => {
    const event = said(sampleOf('MessageSent'));
    const [command] = await commandsOf(noteTexts, event);
    expect(command?.context).toMatchObject({
      programId: 'program-1',
      causationId: event.eventId,
      correlationId: event.metadata.correlationId,
      actor: { kind: 'system' },
    });
  });
});
