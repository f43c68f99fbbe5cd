import { folderCells, tableFolders } from '@app/testing';
import { conversationDecider, type ConversationCommand } from './conversation.decider.js';
import type { ConversationEvent } from './conversation.events.js';
import type { Folder } from './folders.js';

const about = { conversationId: 'c1', contactId: 'rita', referralId: null };
const route = { senderId: 'sender-1', from: '+15550001111', addressId: 'address-1' };
const keyword = { messageId: 'm9', keyword: 'STOP', text: 'STOP', acceptedPosition: '1', providerMessageId: 'SM9' };

const started: ConversationEvent = { type: 'ConversationStarted', data: { ...about, by: 'anna' } };
const received: ConversationEvent = {
  type: 'MessageReceived',
  data: { ...about, messageId: 'm1', channel: 'in-app', text: 'Hi', acceptedPosition: null, providerMessageId: null },
};
const sent: ConversationEvent = {
  type: 'MessageSent',
  data: {
    ...about,
    messageId: 'm2',
    by: 'anna',
    channel: 'in-app',
    text: 'Hi',
    to: null,
    route: null,
    isNotified: false,
  },
};
const archived: ConversationEvent = { type: 'ConversationArchived', data: { ...about, by: 'anna' } };

const historyTo: Readonly<Record<Folder, ConversationEvent[]>> = {
  unread: [started, received],
  read: [started],
  replied: [started, sent],
  archived: [started, archived],
  snoozed: [started, { type: 'ConversationSnoozed', data: { ...about, until: null, by: 'anna' } }],
};

const commandOf: Readonly<Record<string, ConversationCommand>> = {
  "the contact's message": {
    type: 'ReceiveMessage',
    data: { messageId: 'm3', channel: 'in-app', text: 'Hi', acceptedPosition: null, providerMessageId: null },
  },
  'a member of staff opens the conversation': { type: 'ReadConversation', data: { by: 'bob' } },
  'a member of staff sends': {
    type: 'SendMessage',
    data: {
      messageId: 'm4',
      by: 'bob',
      channel: 'in-app',
      text: 'Hi',
      to: null,
      route: null,
      isNotified: false,
      refusal: null,
    },
  },
  'mark unread': { type: 'MarkUnread', data: { by: 'bob' } },
  archive: { type: 'ArchiveConversation', data: { by: 'bob' } },
};

function happens(
  from: Folder,
  command: ConversationCommand,
): { folder: Folder | null; events: readonly ConversationEvent[] } {
  const evolve = (events: readonly ConversationEvent[]) =>
    events.reduce((state, event) => conversationDecider.evolve(state, event), conversationDecider.initialState);
  const events = conversationDecider.decide(command, evolve(historyTo[from]));
  const state = evolve([...historyTo[from], ...events]);
  return { folder: state.status === 'started' ? state.folder : null, events };
}

describe('the folders of a conversation', () => {
  it.each(folderCells)('I2: $happening moves it from $from to $to', ({ happening, from, to, moves }) => {
    const command = commandOf[happening];
    if (!command) throw new Error(`No command for "${happening}"`);
    const { folder, events } = happens(from, command);
    expect(folder).toBe(to);
    // A message is stored in any folder; any other command that changes nothing appends no event.
    expect(events).toHaveLength(moves || happening === 'a member of staff sends' ? 1 : 0);
  });

  it.each(tableFolders)('I2: automated texts, keywords and refusals do not change the folder: %s', (from) => {
    const optIn: ConversationCommand = {
      type: 'SendOptInRequest',
      data: { messageId: 'm5', text: 'Reply YES', to: '+15551234567', route },
    };
    const refused: ConversationCommand = {
      type: 'SendMessage',
      data: {
        messageId: 'm6',
        by: 'bob',
        channel: 'sms',
        text: 'Hi',
        to: null,
        route: null,
        isNotified: false,
        refusal: { rule: 'NoConsent', refusedSenderId: null },
      },
    };
    for (const command of [
      optIn,
      refused,
      ...['STOP', 'START', 'HELP', 'YES'].map((word): ConversationCommand => ({
        type: 'ReceiveKeyword',
        data: { ...keyword, keyword: word },
      })),
    ]) {
      const { folder, events } = happens(from, command);
      expect(events).toHaveLength(1);
      expect(folder).toBe(from);
    }
  });
});

describe('I7: unarchive', () => {
  const command = { type: 'UnarchiveConversation', data: { by: 'bob' } } as const;
  const decided = (folder: Folder) =>
    conversationDecider.decide(
      command,
      historyTo[folder].reduce(conversationDecider.evolve, conversationDecider.initialState),
    );

  it('moves an archived conversation to Read, and no other', () => {
    const [event] = decided('archived');
    expect(event).toMatchObject({ type: 'ConversationUnarchived', data: { ...about, by: 'bob' } });
    expect([decided('unread'), decided('read'), decided('replied')]).toEqual([[], [], []]);
  });
});
