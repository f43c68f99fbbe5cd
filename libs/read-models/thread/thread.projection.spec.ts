import { deliveryIdOf } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import type { ConversationEvent } from '@app/domain/conversation';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { threadProjection } from './thread.projection.js';

const thread = projectionSpec(threadProjection);
const record = newRecord();
const happened = (event: Message) =>
  record('conversation-conversation-1', event, { actor: { kind: 'staff', id: 'anna' } }) as Recorded<ConversationEvent>;
const started = happened(sampleOf('ConversationStarted'));

describe('thread', () => {
  it('M7: a text shows author, direction, channel and the id of its delivery', () => {
    const event = happened(sampleOf('MessageSent'));
    thread
      .given(started)
      .when(event)
      .then({
        id: 'message-1',
        programId: 'program-1',
        conversationId: 'conversation-1',
        kind: 'message',
        direction: 'out',
        author: { kind: 'staff', id: 'anna' },
        channel: 'sms',
        text: 'Your bonus is on its way',
        deliveryId: deliveryIdOf('message-1', 'contact-rita', 'sms'),
        at: event.metadata.occurredAt,
        order: event.position,
      });
  });

  it('M14: a message that was moved is in the other thread, at its place', () => {
    const received = happened(sampleOf('MessageReceived'));
    const order = samples.MessageReceived.acceptedPosition ?? '';
    thread
      .given(started, received)
      .when(happened(sampleOf('MessageMoved')))
      .then({
        id: 'message-3',
        conversationId: 'conversation-2',
        home: 'conversation-1',
        revision: received.revision,
        order,
      });
    thread
      .given(started)
      .when(happened(sampleOf('MessageMoved')))
      .thenNothing();
  });

  it('M7: an in-app message has no delivery', () => {
    thread
      .given(started)
      .when(
        happened({ type: 'MessageSent', data: { ...samples.MessageSent, channel: 'in-app', to: null, route: null } }),
      )
      .then({ channel: 'in-app', deliveryId: null });
  });

  it('M1: in-app messages and texts, in both directions, are entries of one thread', () => {
    thread
      .given(started)
      .when(happened(sampleOf('MessageReceived')))
      .then({ kind: 'message', direction: 'in', text: 'Is my bonus in?', deliveryId: null });
    thread
      .given(started)
      .when(happened(sampleOf('AutomatedTextSent')))
      .then({ kind: 'automated', direction: 'out', deliveryId: deliveryIdOf('message-2', 'contact-rita', 'sms') });
  });

  it('K8: a refusal shows its rule', () => {
    thread
      .given(started)
      .when(happened(sampleOf('SendRefused')))
      .then({ kind: 'refusal', rule: 'RecipientOptedOut', text: '', deliveryId: null });
  });

  it('decision: a keyword is a system entry', () => {
    thread
      .given(started)
      .when(happened(sampleOf('KeywordReceived')))
      .then({ kind: 'keyword', direction: 'in', text: 'stop.' });
  });

  it('M11: a note shows its author, its text and whom it mentions', () => {
    thread
      .given()
      .when(happened(sampleOf('NoteAdded')))
      .then({
        kind: 'note',
        author: { kind: 'staff', id: 'anna' },
        text: 'Ask legal before we promise this',
        mentions: ['ben'],
        deliveryId: null,
      });
  });

  it('M12: an assignment is a separate entry', () => {
    thread
      .given()
      .when(happened(sampleOf('ConversationAssigned')))
      .then({
        kind: 'assignment',
        assignee: 'ben',
        author: { kind: 'staff', id: 'anna' },
        text: null,
      });
  });

  it('M1: an inbound message accepted before a staff reply but routed after it sorts before it', () => {
    const acceptedPosition = record('inbound-SM1', sampleOf('InboundReceived')).position;
    const reply = happened(sampleOf('MessageSent'));
    const routed = happened({ type: 'MessageReceived', data: { ...samples.MessageReceived, acceptedPosition } });
    const entries = [...documentsOf(threadProjection, [started, reply, routed]).values()];
    expect(entries.toSorted((a, b) => (a.order < b.order ? -1 : 1)).map(({ id }) => id)).toEqual([
      'message-3',
      'message-1',
    ]);
  });

  it('M1: a message of the portal is placed where it was written', () => {
    const event = happened({
      type: 'MessageReceived',
      data: { ...samples.MessageReceived, channel: 'in-app', acceptedPosition: null, providerMessageId: null },
    });
    thread.given(started).when(event).then({ order: event.position });
  });

  it('M8: an entry is never changed', () => {
    const first = happened(sampleOf('MessageSent'));
    thread
      .given(started, first)
      .when(happened({ type: 'MessageSent', data: { ...samples.MessageSent, text: 'Changed' } }))
      .then({ text: 'Your bonus is on its way', order: first.position });
  });

  it('M8: when the conversation is deleted, every entry keeps its place and author, without text', () => {
    const elsewhere = record('conversation-conversation-2', {
      type: 'MessageReceived',
      data: { ...samples.MessageReceived, conversationId: 'conversation-2', messageId: 'message-9' },
    }) as Recorded<ConversationEvent>;
    const entries = documentsOf(threadProjection, [
      started,
      happened(sampleOf('MessageSent')),
      happened(sampleOf('MessageReceived')),
      elsewhere,
      happened(sampleOf('ConversationDeleted')),
    ]);
    expect([...entries.values()].map(({ id, text }) => [id, text])).toEqual([
      ['message-1', null],
      ['message-3', null],
      ['message-9', samples.MessageReceived.text],
    ]);
    expect(entries.get('message-1')).toMatchObject({
      author: { kind: 'staff', id: 'anna' },
      kind: 'message',
      direction: 'out',
    });
  });

  it('I2: folder changes are not entries', () => {
    for (const type of ['ConversationRead', 'ConversationMarkedUnread', 'ConversationArchived'] as const)
      thread
        .given(started)
        .when(happened(sampleOf(type)))
        .thenNothing();
  });
});
