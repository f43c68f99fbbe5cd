import { deciderSpec } from '@app/testing';
import { conversationDecider, type ConversationCommand } from './conversation.decider.js';
import { ConversationWasDeleted } from './conversation.errors.js';
import type { ConversationEvent, SnoozeEnded } from './conversation.events.js';
import { TooManyLabels } from './labels.js';
import { SnoozeEndsInThePast } from './snooze.js';

const conversation = deciderSpec(conversationDecider);
const about = { conversationId: 'c1', contactId: 'rita', referralId: null };
const started: ConversationEvent = { type: 'ConversationStarted', data: { ...about, by: 'anna' } };
const at = '2026-01-05T09:00:00.000Z';
const until = '2026-01-06T09:00:00.000Z';
const snooze = (end: string | null): ConversationCommand => ({
  type: 'SnoozeConversation',
  data: { until: end, by: 'anna', at },
});
const snoozed = (end: string | null = until): ConversationEvent => ({
  type: 'ConversationSnoozed',
  data: { ...about, until: end, by: 'anna' },
});
const ended = (how: Partial<SnoozeEnded['data']>): ConversationEvent => ({
  type: 'SnoozeEnded',
  data: { ...about, channel: null, by: null, cause: 'time', ...how },
});
const message = {
  messageId: 'm1',
  channel: 'sms',
  text: 'Hi',
  acceptedPosition: null,
  providerMessageId: null,
} as const;
const stateAfter = (...events: ConversationEvent[]) =>
  events.reduce((state, event) => conversationDecider.evolve(state, event), conversationDecider.initialState);

describe('M13: a snooze', () => {
  it('lasts until a time, or until the contact writes', () => {
    conversation.given(started).when(snooze(until)).then(snoozed());
    conversation.given(started).when(snooze(null)).then(snoozed(null));
    expect(stateAfter(started, snoozed())).toMatchObject({ folder: 'snoozed', snoozedUntil: until });
  });

  it('does not end in the past', () => conversation.given(started).when(snooze(at)).thenThrows(SnoozeEndsInThePast));

  it('is stored once for the same end, and can be given another end', () => {
    conversation.given(started, snoozed()).when(snooze(until)).thenNothing();
    conversation.given(started, snoozed()).when(snooze(null)).then(snoozed(null));
  });

  it('ends when its time has come, once', () => {
    const end: ConversationCommand = { type: 'EndSnooze', data: { at: until } };
    conversation.given(started, snoozed()).when(end).then(ended({}));
    expect(stateAfter(started, snoozed(), ended({}))).toMatchObject({ folder: 'unread', snoozedUntil: null });
    conversation.given(started, snoozed(), ended({})).when(end).thenNothing();
    conversation.given(started, snoozed('2026-01-07T09:00:00.000Z')).when(end).thenNothing();
    conversation.given(started, snoozed(null)).when(end).thenNothing();
    conversation
      .given(started, snoozed(), { type: 'ConversationDeleted', data: { ...about, by: 'olivia' } })
      .when(end)
      .thenNothing();
  });

  it('ends with the next message of the contact, in any channel', () => {
    for (const channel of ['sms', 'in-app'] as const)
      conversation
        .given(started, snoozed())
        .when({ type: 'ReceiveMessage', data: { ...message, channel } })
        .then(
          { type: 'MessageReceived', data: { ...about, ...message, channel } },
          ended({ cause: 'message', channel }),
        );
  });

  it('does not end with a keyword, an opened conversation or a message of staff', () => {
    const keyword = { ...message, keyword: 'STOP', acceptedPosition: '1', providerMessageId: 'SM1' };
    const { channel: _, ...rest } = keyword;
    conversation
      .given(started, snoozed())
      .when({ type: 'ReceiveKeyword', data: rest })
      .then({ type: 'KeywordReceived', data: { ...about, ...rest } });
    conversation
      .given(started, snoozed())
      .when({ type: 'ReadConversation', data: { by: 'ben' } })
      .thenNothing();
    const sent: ConversationEvent = {
      type: 'MessageSent',
      data: {
        ...about,
        messageId: 'm2',
        by: 'ben',
        channel: 'in-app',
        text: 'Hi',
        to: null,
        route: null,
        isNotified: false,
      },
    };
    expect(stateAfter(started, snoozed(), sent)).toMatchObject({ folder: 'snoozed', snoozedUntil: until });
  });

  it.each(['UnsnoozeConversation', 'MarkUnread'] as const)('is ended by hand: %s', (type) => {
    conversation
      .given(started, snoozed())
      .when({ type, data: { by: 'ben' } })
      .then(ended({ cause: 'staff', by: 'ben' }));
  });

  it('that is not there cannot be ended', () =>
    conversation
      .given(started)
      .when({ type: 'UnsnoozeConversation', data: { by: 'ben' } })
      .thenNothing());

  it('ends when the conversation is archived, and cannot begin when it is deleted', () => {
    const archived: ConversationEvent = { type: 'ConversationArchived', data: { ...about, by: 'ben' } };
    conversation
      .given(started, snoozed())
      .when({ type: 'ArchiveConversation', data: { by: 'ben' } })
      .then(ended({ cause: 'staff', by: 'ben' }), archived);
    expect(stateAfter(started, snoozed(), ended({}), archived)).toMatchObject({
      folder: 'archived',
      snoozedUntil: null,
    });
    conversation
      .given(started, { type: 'ConversationDeleted', data: { ...about, by: 'olivia' } })
      .when(snooze(until))
      .thenThrows(ConversationWasDeleted);
  });
});

describe('M13: labels', () => {
  const label = (name: string): ConversationCommand => ({
    type: 'LabelConversation',
    data: { label: name, by: 'anna' },
  });
  const labelled = (name: string): ConversationEvent => ({
    type: 'ConversationLabelled',
    data: { ...about, label: name, by: 'anna' },
  });
  const unlabel: ConversationCommand = { type: 'UnlabelConversation', data: { label: 'VIP', by: 'ben' } };

  it('are put on once and taken off once', () => {
    const unlabelled: ConversationEvent = {
      type: 'ConversationUnlabelled',
      data: { ...about, label: 'VIP', by: 'ben' },
    };
    conversation.given(started).when(label('VIP')).then(labelled('VIP'));
    conversation.given(started, labelled('VIP')).when(label('VIP')).thenNothing();
    conversation.given(started, labelled('VIP')).when(unlabel).then(unlabelled);
    conversation.given(started, labelled('VIP'), unlabelled).when(unlabel).thenNothing();
    expect(stateAfter(started, labelled('VIP'), labelled('urgent'), unlabelled)).toMatchObject({ labels: ['urgent'] });
  });

  it('are at most twenty', () => {
    const many = Array.from({ length: 20 }, (_, n) => labelled(`label ${n}`));
    conversation
      .given(started, ...many)
      .when(label('VIP'))
      .thenThrows(TooManyLabels);
    conversation
      .given(started, ...many)
      .when(label('label 1'))
      .thenNothing();
  });
});
