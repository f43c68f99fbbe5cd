import { deciderSpec } from '@app/testing';
import {
  concernedStaff,
  conversationDecider,
  LONGEST_TEXT,
  TextTooLong,
  type ConversationCommand,
} from './conversation.decider.js';
import { ConversationNotFound, ConversationWasDeleted } from './conversation.errors.js';
import { ColleagueReplied } from './newest-messages.js';
import type { ConversationEvent, SendRule } from './conversation.events.js';

const conversation = deciderSpec(conversationDecider);
const about = { conversationId: 'c1', contactId: 'rita', referralId: 'referral-1' };
const route = { senderId: 'sender-1', from: '+15550001111', addressId: 'address-1' };

const start: ConversationCommand = { type: 'StartConversation', data: { ...about, by: 'anna' } };
const started: ConversationEvent = { type: 'ConversationStarted', data: { ...about, by: 'anna' } };
const text = {
  messageId: 'm1',
  by: 'anna',
  channel: 'sms',
  text: 'Hello',
  to: '+15551234567',
  route,
  isNotified: false,
} as const;
const refusedSenderId = null;
const send = (rule: SendRule | null = null, words = 'Hello'): ConversationCommand => ({
  type: 'SendMessage',
  data: { ...text, text: words, refusal: rule && { rule, refusedSenderId } },
});
const sent: ConversationEvent = { type: 'MessageSent', data: { ...about, ...text } };
const inbound = {
  messageId: 'm2',
  text: 'Is my bonus in?',
  acceptedPosition: '0000000000000007',
  providerMessageId: 'SM1',
};
const received: ConversationEvent = { type: 'MessageReceived', data: { ...about, ...inbound, channel: 'sms' } };
const archived: ConversationEvent = { type: 'ConversationArchived', data: { ...about, by: 'anna' } };

const stateAfter = (...events: ConversationEvent[]) =>
  events.reduce((state, event) => conversationDecider.evolve(state, event), conversationDecider.initialState);

describe('conversation', () => {
  describe('a reply that names the last message its author has seen', () => {
    const message = (messageId: string, by: string): ConversationEvent =>
      ({ ...sent, data: { ...sent.data, messageId, by } }) as ConversationEvent;
    const reply = (lastSeen?: string): ConversationCommand => ({
      type: 'SendMessage',
      data: { ...text, messageId: 'reply', refusal: null, lastSeen },
    });
    const replied = message('reply', 'anna');

    it('M10: is held when a colleague has written since, and names the newest such message', () => {
      const history = [started, received, message('b1', 'ben'), message('b2', 'ben'), message('a1', 'anna')];
      conversation
        .given(...history)
        .when(reply('m2'))
        .thenThrows(ColleagueReplied);
      expect(() => conversationDecider.decide(reply('m2'), stateAfter(...history))).toThrow(
        expect.objectContaining({ newer: { messageId: 'b2', by: 'ben', revision: 3 } }),
      );
    });

    it('M10: is sent when only the contact or its author has written since, and when nothing is said', () => {
      conversation
        .given(started, message('b1', 'ben'), received, message('a1', 'anna'))
        .when(reply('b1'))
        .then(replied);
      conversation.given(started, received, message('b1', 'ben')).when(reply()).then(replied);
    });

    it('M10: is held when what its author has seen is older than all remembered messages', () => {
      const many = Array.from({ length: 50 }, (_, n) => message(`b${n}`, 'ben'));
      conversation
        .given(started, received, ...many)
        .when(reply('m2'))
        .thenThrows(ColleagueReplied);
      conversation
        .given(started, received, ...many)
        .when(reply('b49'))
        .then(replied);
    });
  });

  describe('an internal note', () => {
    const words = { messageId: 'n1', by: 'ben', text: 'Ask legal first', mentions: ['anna'] };
    const noted: ConversationEvent = { type: 'NoteAdded', data: { ...about, ...words } };
    const reply = (lastSeen: string): ConversationCommand => ({
      type: 'SendMessage',
      data: { ...text, refusal: null, lastSeen },
    });

    it('M11: is stored with its author and the people it mentions', () =>
      conversation.given(started, archived).when({ type: 'AddNote', data: words }).then(noted));

    it('M11: is no message: it changes no folder, makes nobody responsible and holds no reply', () => {
      expect(stateAfter(started, received, noted)).toMatchObject({ folder: 'unread', assignee: null, staff: ['anna'] });
      expect(stateAfter(started, archived, noted)).toMatchObject({ folder: 'archived' });
      conversation.given(started, received, noted).when(reply('m2')).then(sent);
    });

    it('M11, M10: may be the last entry that an author has seen', () => {
      const byBen: ConversationEvent = { ...sent, data: { ...sent.data, messageId: 'b1', by: 'ben' } } as never;
      conversation.given(started, byBen, noted).when(reply('n1')).then(sent);
      conversation.given(started, noted, byBen).when(reply('n1')).thenThrows(ColleagueReplied);
    });
  });

  it('M2: is started for the contact and the referral', () => conversation.given().when(start).then(started));

  describe('deleted', () => {
    const deleted: ConversationEvent = { type: 'ConversationDeleted', data: { ...about, by: 'olivia' } };
    const remove: ConversationCommand = { type: 'DeleteConversation', data: { by: 'olivia' } };

    it('M8: keeps its contact and who deleted it', () => conversation.given(started, sent).when(remove).then(deleted));

    it('M8: is deleted once', () =>
      conversation
        .given(started, deleted)
        .when({ ...remove, data: { by: 'anna' } } as ConversationCommand)
        .thenNothing());

    it.each([
      'StartConversation',
      'SendMessage',
      'AddNote',
      'SendOptInRequest',
      'ReceiveMessage',
      'ReceiveKeyword',
      'ReadConversation',
      'MarkUnread',
      'ArchiveConversation',
    ] as const)('M8: refuses %s', (type) => {
      conversation
        .given(started, deleted)
        .when({ type, data: {} } as ConversationCommand)
        .thenThrows(ConversationWasDeleted);
    });
  });

  it('M3: is not started twice', () => {
    conversation.given(started).when(start).thenNothing();
    conversation
      .given(started, archived)
      .when({ ...start, data: { ...start.data, by: 'bob' } } as ConversationCommand)
      .thenNothing();
  });

  it.each([
    'SendMessage',
    'AddNote',
    'SendOptInRequest',
    'ReceiveMessage',
    'ReceiveKeyword',
    'ReadConversation',
    'MarkUnread',
    'ArchiveConversation',
    'DeleteConversation',
  ] as const)('G5: %s in a conversation that does not exist is refused', (type) => {
    conversation
      .given()
      .when({ type, data: {} } as ConversationCommand)
      .thenThrows(ConversationNotFound);
  });

  it('M7: stores author, channel and text of a message by staff', () =>
    conversation.given(started).when(send()).then(sent));

  it('M12: is assigned, and to the same person once', () => {
    const assign = { type: 'AssignConversation', data: { assignee: 'ben', by: 'anna' } } as const;
    const assigned: ConversationEvent = {
      type: 'ConversationAssigned',
      data: { ...about, assignee: 'ben', by: 'anna' },
    };
    conversation.given(started).when(assign).then(assigned);
    conversation.given(started, assigned).when(assign).thenNothing();
    conversation
      .given(started)
      .when({ type: 'AssignConversation', data: { assignee: null, by: 'anna' } })
      .thenNothing();
  });

  it.each([
    ['assigns an unassigned one to its author', [], 'anna'],
    ['keeps the assignee', ['ben'], 'ben'],
    ['assigns a newly unassigned one to its author', ['ben', null], 'anna'],
  ])('M12: a reply %s', (_, assignees, then) => {
    const given = assignees.map((assignee): ConversationEvent => ({
      type: 'ConversationAssigned',
      data: { ...about, assignee, by: 'ben' },
    }));
    const state = [started, ...given, sent].reduce(conversationDecider.evolve, conversationDecider.initialState);
    expect(state).toMatchObject({ assignee: then });
    expect(concernedStaff(state as never).toSorted()).toEqual([...new Set(['anna', then])].toSorted());
  });

  it('M1: keeps in-app and text messages in one thread', () => {
    const inApp = {
      messageId: 'm3',
      by: 'anna',
      channel: 'in-app',
      text: 'Hello',
      to: null,
      route: null,
      isNotified: false,
    } as const;
    conversation
      .given(started, sent, received)
      .when({ type: 'SendMessage', data: { ...inApp, refusal: null } })
      .then({ type: 'MessageSent', data: { ...about, ...inApp } });
  });

  it('M1: stores the position at which an inbound message was accepted', () => {
    conversation
      .given(started)
      .when({ type: 'ReceiveMessage', data: { ...inbound, channel: 'sms' } })
      .then(received);
  });

  it.each(['NoConsent', 'ConsentPending', 'RecipientOptedOut', 'ContactNotRegistered', 'ContactInactive'] as const)(
    'K8: stores a send refused for %s without its text',
    (rule) => {
      conversation
        .given(started)
        .when(send(rule))
        .then({
          type: 'SendRefused',
          data: { ...about, messageId: 'm1', by: 'anna', channel: 'sms', rule, refusedSenderId },
        });
    },
  );

  it('K2: stores the opt-in request as an automated text', () => {
    const request = { messageId: 'm4', text: 'Reply YES to get texts, STOP to opt out', to: '+15551234567', route };
    conversation
      .given(started)
      .when({ type: 'SendOptInRequest', data: request })
      .then({ type: 'AutomatedTextSent', data: { ...about, kind: 'opt-in-request', ...request } });
  });

  it("T1: accepts a text of the provider's maximum length, and refuses a longer one", () => {
    const longest = 'x'.repeat(LONGEST_TEXT);
    expect(LONGEST_TEXT).toBe(1_600);
    conversation
      .given(started)
      .when(send(null, longest))
      .then({ type: 'MessageSent', data: { ...about, ...text, text: longest } });
    conversation
      .given(started)
      .when(send(null, `${longest}x`))
      .thenThrows(TextTooLong);
  });

  it('K3: stores a keyword as a system entry with its raw text', () => {
    const keyword = { ...inbound, keyword: 'STOP', text: ' Stop! ' };
    conversation
      .given(started)
      .when({ type: 'ReceiveKeyword', data: keyword })
      .then({ type: 'KeywordReceived', data: { ...about, ...keyword } });
  });

  it('I3: names the staff who started it or wrote in it, once each', () => {
    const byBob: ConversationEvent = { type: 'MessageSent', data: { ...about, ...text, messageId: 'm5', by: 'bob' } };
    expect(stateAfter(started, sent, byBob, byBob, received)).toMatchObject({ staff: ['anna', 'bob'] });
  });

  it('I3: names no staff if the contact started it', () => {
    const byContact: ConversationEvent = { type: 'ConversationStarted', data: { ...about, by: null } };
    expect(stateAfter(byContact, received)).toMatchObject({ staff: [] });
  });

  it('I3: names no staff after reading, archiving or a refused send', () => {
    const byContact: ConversationEvent = { type: 'ConversationStarted', data: { ...about, by: null } };
    const read: ConversationEvent = { type: 'ConversationRead', data: { ...about, by: 'bob' } };
    const refused: ConversationEvent = {
      type: 'SendRefused',
      data: { ...about, messageId: 'm1', by: 'bob', channel: 'sms', rule: 'NoConsent', refusedSenderId },
    };
    expect(stateAfter(byContact, received, read, refused, archived)).toMatchObject({ staff: [] });
  });
});
