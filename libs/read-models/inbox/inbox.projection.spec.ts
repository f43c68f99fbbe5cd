import type { Message, Recorded } from '@app/kernel';
import type { ConversationEvent, Folder } from '@app/domain/conversation';
import { documentsOf, folderCells, newRecord, projectionSpec, sampleOf, samples, tableFolders } from '@app/testing';
import { inboxProjection } from './inbox.projection.js';

const inbox = projectionSpec(inboxProjection);
const record = newRecord();
const happenedIn = (id: string, event: Message, occurredAt?: string) =>
  record(`conversation-${id}`, event, occurredAt === undefined ? {} : { occurredAt }) as Recorded<ConversationEvent>;
const happened = (event: Message, occurredAt?: string) => happenedIn('conversation-1', event, occurredAt);

const started = () => happened(sampleOf('ConversationStarted'));
const received = (text = 'Is my bonus in?', at?: string) =>
  happened({ type: 'MessageReceived', data: { ...samples.MessageReceived, text } }, at);
const sent = (text = 'It is', at?: string) =>
  happened({ type: 'MessageSent', data: { ...samples.MessageSent, text } }, at);
const of = (type: ConversationEvent['type']) => happened(sampleOf(type));

const happenings: Readonly<Record<string, ConversationEvent['type']>> = {
  "the contact's message": 'MessageReceived',
  'a member of staff opens the conversation': 'ConversationRead',
  'a member of staff sends': 'MessageSent',
  'mark unread': 'ConversationMarkedUnread',
  archive: 'ConversationArchived',
};
const historyTo: Readonly<Record<Folder, () => Recorded<ConversationEvent>[]>> = {
  unread: () => [started(), received()],
  read: () => [started()],
  replied: () => [started(), sent()],
  archived: () => [started(), of('ConversationArchived')],
  snoozed: () => [started(), of('ConversationSnoozed')],
};

const withoutSource = <Data extends object>(data: Data): Omit<Data, 'source'> => ({ ...data, source: undefined });

describe('inbox', () => {
  it('I1: shows a conversation from its start', () => {
    const event = started();
    inbox.given().when(event).then({
      id: 'conversation-1',
      programId: 'program-1',
      contactId: 'contact-rita',
      referralId: 'referral-1',
      folder: 'read',
      source: 'console',
      answers: 0,
      received: 0,
      preview: '',
      channel: null,
      lastActivityAt: event.metadata.occurredAt,
      lastContactMessageAt: null,
      revision: event.revision,
    });
  });

  it('I1: came from where the contact first wrote, if staff started it', () => {
    const inApp = (source?: 'widget') =>
      happened({
        type: 'MessageReceived',
        data: { ...withoutSource(samples.MessageReceived), channel: 'in-app', ...(source && { source }) },
      });
    const startedBy = (by: string | null, source?: 'form') =>
      happened({
        type: 'ConversationStarted',
        data: { ...withoutSource(samples.ConversationStarted), by, ...(source && { source }) },
      });
    inbox.given(started()).when(inApp('widget')).then({ source: 'widget' });
    inbox.given(started(), inApp('widget')).when(received()).then({ source: 'widget' });
    inbox.given(started()).when(of('KeywordReceived')).then({ source: 'text' });
    inbox.given(startedBy(null, 'form')).when(received()).then({ source: 'form' });
    // Events stored before they had a source.
    inbox.given().when(startedBy(null)).then({ source: 'text' });
    inbox.given(startedBy('anna')).when(inApp()).then({ source: 'portal' });
  });

  it('I3: is of its assignee, of who started it, and of who wrote in it', () => {
    const assigned = (assignee: string | null) =>
      happened({ type: 'ConversationAssigned', data: { ...samples.ConversationAssigned, assignee } });
    inbox
      .given()
      .when(started())
      .then({ mine: ['anna'] });
    inbox
      .given(started(), assigned('ben'))
      .when(received())
      .then({ mine: ['anna', 'ben'] });
    inbox
      .given(started(), assigned('ben'))
      .when(assigned(null))
      .then({ mine: ['anna'] });
  });

  it('M14: a message that was moved counts where it is now, unless staff have answered since it came', () => {
    const other = happenedIn('conversation-2', {
      type: 'ConversationStarted',
      data: { ...samples.ConversationStarted, conversationId: 'conversation-2' },
    });
    const message = received();
    const move = (from: string, to: string) =>
      happened({
        type: 'MessageMoved',
        data: { ...samples.MessageMoved, from, to, receivedPosition: message.position },
      });
    const before = [started(), other, message];
    const moved = move('conversation-1', 'conversation-2');
    const isLatestMoved = true;
    inbox
      .given(...before)
      .when(moved)
      .then({ id: 'conversation-1', answers: 0, isLatestMoved, revision: moved.revision });
    inbox
      .given(...before)
      .when(moved)
      .then({ id: 'conversation-2', answers: 1, isLatestMoved, revision: other.revision });
    inbox
      .given(...before, moved)
      .when(move('conversation-2', 'conversation-1'))
      .then({ id: 'conversation-1', answers: 1 });
    inbox
      .given(...before, moved, sent())
      .when(move('conversation-2', 'conversation-1'))
      .then({ id: 'conversation-1', answers: 0 });
    inbox
      .given(...before, moved)
      .when(received())
      .then({ id: 'conversation-1', answers: 1, isLatestMoved: false });
  });

  it('M13: a snoozed conversation is out of the inbox until the snooze ends', () => {
    inbox
      .given(started())
      .when(of('ConversationSnoozed'))
      .then({ folder: 'snoozed', archived: true, snoozedUntil: samples.ConversationSnoozed.until });
    inbox
      .given(started(), of('ConversationSnoozed'))
      .when(of('SnoozeEnded'))
      .then({ folder: 'unread', archived: false, snoozedUntil: null });
  });

  it('M13: shows the labels of a conversation', () => {
    inbox
      .given(started())
      .when(of('ConversationLabelled'))
      .then({ labels: ['VIP'], folder: 'read' });
    inbox.given(started(), of('ConversationLabelled')).when(of('ConversationUnlabelled')).then({ labels: [] });
  });

  // The decider appends no event when the folder does not change.
  it.each(folderCells.filter(({ moves }) => moves))(
    'I2: $happening moves it to $to, from $from',
    ({ happening, from, to }) => {
      const type = happenings[happening];
      if (!type) throw new Error(`No event for "${happening}"`);
      inbox
        .given(...historyTo[from]())
        .when(of(type))
        .then({ folder: to, archived: to === 'archived' });
    },
  );

  it.each(tableFolders)(
    'I2, I5: automated texts, keywords and refusals do not change folder and answers: %s',
    (from) => {
      const history = historyTo[from]();
      const answers = documentsOf(inboxProjection, history).get('conversation-1')?.answers;
      for (const type of ['AutomatedTextSent', 'KeywordReceived', 'SendRefused'] as const)
        inbox
          .given(...history)
          .when(of(type))
          .then({ folder: from, answers: answers ?? -1 });
    },
  );

  it('I1: the preview, channel and times are those of the last message', () => {
    const first = started();
    const mine = received('Is my\n bonus in?');
    inbox.given(first).when(mine).then({
      preview: 'Is my bonus in?',
      channel: 'sms',
      lastActivityAt: mine.metadata.occurredAt,
      lastContactMessageAt: mine.metadata.occurredAt,
    });
    const answer = happened({
      type: 'MessageSent',
      data: { ...samples.MessageSent, channel: 'in-app', text: 'It is' },
    });
    inbox.given(first, mine).when(answer).then({
      preview: 'It is',
      channel: 'in-app',
      lastActivityAt: answer.metadata.occurredAt,
      lastContactMessageAt: mine.metadata.occurredAt,
    });
  });

  it('I1: a long message is cut between characters', () => {
    inbox
      .given(started())
      .when(received('👋'.repeat(140)))
      .then({ preview: '👋'.repeat(140) });
    inbox
      .given(started())
      .when(received('👋'.repeat(141)))
      .then({ preview: `${'👋'.repeat(139)}…` });
  });

  it('I1: newest activity first: messages move a conversation up; reading, archiving and keywords do not', () => {
    const first = started();
    const message = received();
    for (const type of ['ConversationRead', 'ConversationArchived', 'KeywordReceived', 'SendRefused'] as const)
      inbox
        .given(first, message)
        .when(of(type))
        .then({ activity: message.position, lastActivityAt: message.metadata.occurredAt });
    const later = sent();
    inbox.given(first, message).when(later).then({ activity: later.position });
  });

  it('I1: the time of last activity does not go back when an earlier message is routed later', () => {
    const first = started();
    const reply = sent('Hello', '2026-01-05T12:00:10.000Z');
    inbox.given(first, reply).when(received('Hi', '2026-01-05T12:00:05.000Z')).then({
      lastActivityAt: '2026-01-05T12:00:10.000Z',
      lastContactMessageAt: '2026-01-05T12:00:05.000Z',
    });
  });

  it("I5: answers counts the contact's messages since the last message by staff", () => {
    inbox.given(started(), received()).when(received()).then({ answers: 2 });
    inbox.given(started(), received(), received()).when(sent()).then({ answers: 0 });
    inbox.given(started(), received(), sent()).when(received()).then({ answers: 1 });
  });

  it('I5: reading and archiving keep the count, and mark unread restores it', () => {
    inbox.given(started(), received(), received()).when(of('ConversationRead')).then({ answers: 2, folder: 'read' });
    inbox
      .given(started(), received(), received(), of('ConversationRead'))
      .when(of('ConversationMarkedUnread'))
      .then({ answers: 2, folder: 'unread' });
    inbox
      .given(started(), received(), of('ConversationArchived'))
      .when(of('ConversationMarkedUnread'))
      .then({ answers: 1, folder: 'unread' });
  });

  it('I5: who answers has read the thread', () => {
    inbox.given(started(), received()).when(received()).then({ received: 2 });
    const [first, one, two, answer] = [started(), received(), received(), sent()] as const;
    inbox
      .given(first, one, two)
      .when(answer)
      .then({ received: 2, readByAuthor: { anna: { revision: answer.revision, messages: 2 } } });
  });

  it('I7: unarchived, it is read, with its answers', () => {
    const back = { folder: 'read', archived: false, answers: 1 } as const;
    inbox.given(started(), received(), of('ConversationArchived')).when(of('ConversationUnarchived')).then(back);
  });

  it('M12: shows the assignee: by assignment, or the first to reply', () => {
    inbox.given(started()).when(of('ConversationAssigned')).then({ assignee: 'ben' });
    inbox.given(started()).when(of('MessageSent')).then({ assignee: 'anna' });
    inbox.given(started(), of('ConversationAssigned')).when(of('MessageSent')).then({ assignee: 'ben' });
  });

  it('M8: a deleted conversation is no longer shown, whatever comes after', () => {
    inbox.given(started(), received()).when(of('ConversationDeleted')).thenDeleted();
    for (const type of ['MessageReceived', 'MessageSent'] as const)
      inbox.given(started(), of('ConversationDeleted')).when(of(type)).thenNothing();
  });

  it('rule 8: an event about a conversation without a start shows nothing', () => {
    for (const type of ['MessageReceived', 'MessageSent', 'ConversationArchived', 'KeywordReceived'] as const)
      inbox.given().when(of(type)).thenNothing();
  });
});
