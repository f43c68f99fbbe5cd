import fc from 'fast-check';
import type { Message, Recorded } from '@app/kernel';
import { conversationEventTypes, type ConversationEvent } from '@app/domain/conversation';
import { newRecord, sampleOf, samples } from '@app/testing';
import { asTopicValue, fromTopicValue, toPublic } from './conversations.topic.js';

const types = Object.keys(conversationEventTypes) as ConversationEvent['type'][];
const happened = (event: Message, programId = 'program-1'): Recorded<ConversationEvent> =>
  newRecord(programId)('conversation-conversation-1', event) as Recorded<ConversationEvent>;

/** The event with text in every field that is declared personal. */
function withPersonal(type: ConversationEvent['type'], text: string): Recorded<ConversationEvent> {
  const { sealed = {} }: { version: number; sealed?: Readonly<Record<string, string>> } = conversationEventTypes[type];
  return happened({
    type,
    data: { ...samples[type], ...Object.fromEntries(Object.keys(sealed).map((field) => [field, text])) },
  });
}

describe('public events of conversations', () => {
  it.each(types)('rule 7: the public form of %s contains nothing personal', (type) => {
    fc.assert(
      fc.property(fc.string({ minLength: 3 }), (text) => {
        const marker = `¶${text}¶`;
        expect(JSON.stringify(toPublic(withPersonal(type, marker)))).not.toContain('¶');
      }),
    );
  });

  it.each([
    ['ConversationStarted', { type: 'conversation.started' }],
    ['ConversationArchived', { type: 'conversation.archived' }],
    ['ConversationUnarchived', { type: 'conversation.unarchived' }],
    ['ConversationSnoozed', { type: 'conversation.snoozed', until: '2026-02-01T09:00:00.000Z', by: 'anna' }],
    ['SnoozeEnded', { type: 'conversation.unsnoozed', cause: 'time' }],
    ['ConversationDeleted', { type: 'conversation.deleted' }],
    ['ConversationAssigned', { type: 'conversation.assigned', assignee: 'ben', by: 'anna' }],
    ['MessageSent', { type: 'message.sent', messageId: 'message-1', channel: 'sms', by: 'anna' }],
    [
      'AutomatedTextSent',
      { type: 'message.automated', messageId: 'message-2', channel: 'sms', kind: 'opt-in-request' },
    ],
    ['MessageReceived', { type: 'message.received', messageId: 'message-3', channel: 'sms' }],
    ['NoteAdded', { type: 'note.added', messageId: 'message-6', by: 'anna' }],
    ['SendRefused', { type: 'message.refused', messageId: 'message-5', channel: 'sms', rule: 'RecipientOptedOut' }],
  ] as const)('G2: %s names what happened, the conversation, and where to read the rest', (type, said) => {
    expect(toPublic(happened(sampleOf(type)))).toEqual({
      id: 'event-1',
      programId: 'program-1',
      conversationId: 'conversation-1',
      contactId: 'contact-rita',
      referralId: 'referral-1',
      revision: 0,
      occurredAt: '2026-01-05T09:01:00.000Z',
      ...said,
    });
  });

  it.each(['KeywordReceived', 'ConversationRead', 'ConversationMarkedUnread', 'ConversationLabelled'] as const)(
    '%s is not published',
    (type) => {
      expect(toPublic(happened(sampleOf(type)))).toBeNull();
    },
  );

  it("G5: an event of one program never names another's", () => {
    expect(toPublic(happened(sampleOf('ConversationStarted'), 'program-2'))).toMatchObject({ programId: 'program-2' });
  });

  it.each([{}, { type: 'message.sent' }, { text: 'hello', revision: 1 }])(
    'an unknown message is ignored: %j',
    (value) => {
      expect(fromTopicValue(value)).toBeNull();
    },
  );

  it('N2: a topic returns what was written, the same on every reading', () => {
    const written = toPublic(happened(sampleOf('MessageSent')));
    if (written === null) throw new Error('A sent message is public');
    expect(fromTopicValue(JSON.parse(JSON.stringify(asTopicValue(written))))).toEqual(written);
    expect(toPublic(happened(sampleOf('MessageSent')))).toEqual(written);
  });
});
