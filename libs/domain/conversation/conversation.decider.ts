import { decideByType, DomainError, type Decider, type Message, type Open } from '@app/kernel';
import { ConversationNotFound, ConversationWasDeleted } from './conversation.errors.js';
import { folderAfter, type Folder } from './folders.js';
import { isNewLabel, labelsAfter } from './labels.js';
import { endedByMessage, endedByStaff, endedByTime, snooze, snoozedUntilAfter } from './snooze.js';
import { movedAfter, movedBack, moveMessage, type Moved } from './moves.js';
import { ColleagueReplied, newestAfter, newestOfColleagues, type NewestMessage } from './newest-messages.js';
import type {
  Channel,
  ContactSource,
  ConversationEvent,
  KeywordReceived,
  ReceivedBy,
  MessageMoved,
  NoteAdded,
  SendRule,
  Source,
  TextRoute,
} from './conversation.events.js';

export type Refusal = { readonly rule: SendRule; readonly refusedSenderId: string | null };

export type ConversationCommand =
  | Message<
      'StartConversation',
      { conversationId: string; contactId: string; referralId: string | null; by: string | null; source?: Source }
    >
  /**
   * `refusal` is the result of the send gate, `to` and `route` say where a text goes, `isNotified` whether an email
   * notifies the contact: the decision needs them, so the command carries them.
   */
  | Message<
      'SendMessage',
      {
        messageId: string;
        by: string;
        channel: Channel;
        text: string;
        to: string | null;
        route: TextRoute | null;
        isNotified: boolean;
        refusal: Refusal | null;
        /** The last message that the author has seen; the reply is held when a colleague has written since. */
        lastSeen?: string | undefined;
      }
    >
  | Message<'SendOptInRequest', { messageId: string; text: string; to: string; route: TextRoute }>
  | Message<
      'ReceiveMessage',
      {
        messageId: string;
        channel: Channel;
        text: string;
        acceptedPosition: string | null;
        providerMessageId: string | null;
        source?: ContactSource;
        receivedBy?: ReceivedBy;
        wasBlocked?: boolean;
      }
    >
  | Message<'ReceiveKeyword', Omit<Open<KeywordReceived['data']>, 'conversationId' | 'contactId' | 'referralId'>>
  | Message<'AddNote', Omit<Open<NoteAdded['data']>, 'conversationId' | 'contactId' | 'referralId'>>
  | Message<'MoveMessage', Omit<MessageMoved['data'], 'conversationId' | 'contactId' | 'referralId'>>
  | Message<'AssignConversation', { assignee: string | null; by: string }>
  /** `at`: the time of the request (ISO 8601); for `EndSnooze`, the end that has come. */
  | Message<'SnoozeConversation', { until: string | null; by: string; at: string }>
  | Message<'EndSnooze', { at: string }>
  | Message<'LabelConversation' | 'UnlabelConversation', { label: string; by: string }>
  | Message<'HandOverConversation', { from: string; assignee: string | null; by: string }>
  | Message<
      | 'ReadConversation'
      | 'MarkUnread'
      | 'ArchiveConversation'
      | 'UnarchiveConversation'
      | 'UnsnoozeConversation'
      | 'DeleteConversation',
      { by: string }
    >;

export type Conversation =
  | { readonly status: 'not-started' }
  | {
      readonly status: 'started' | 'deleted';
      readonly conversationId: string;
      readonly contactId: string;
      readonly referralId: string | null;
      readonly folder: Folder;
      /** When the snooze ends; `null`: when the contact writes, or there is none. */
      readonly snoozedUntil: string | null;
      readonly labels: readonly string[];
      /** Staff who started the conversation or wrote in it. */
      readonly staff: readonly string[];
      /** The member of staff who is responsible, or `null`. */
      readonly assignee: string | null;
      /** Revision of the last event. */
      readonly revision: number;
      /** How many messages the contact, and members of staff, have written. */
      readonly received: number;
      readonly sent: number;
      /** The newest messages, oldest first. */
      readonly newest: readonly NewestMessage[];
      readonly moved: Moved;
    };

/** Longest text the provider accepts in one message, in UTF-16 units. */
export const LONGEST_TEXT = 1_600;

export const conversationDecider: Decider<Conversation, ConversationCommand, ConversationEvent> = {
  initialState: { status: 'not-started' },

  decide(command, state) {
    if (state.status === 'deleted') {
      if (['DeleteConversation', 'HandOverConversation', 'EndSnooze'].includes(command.type)) return [];
      throw new ConversationWasDeleted();
    }
    if (command.type === 'StartConversation')
      return state.status === 'not-started' ? [{ type: 'ConversationStarted', data: command.data }] : [];
    if (state.status === 'not-started') throw new ConversationNotFound();
    return decideStarted(command, state);
  },

  evolve(state, event) {
    if (event.type === 'ConversationStarted') {
      const { conversationId, contactId, referralId, by } = event.data;
      return {
        status: 'started',
        conversationId,
        contactId,
        referralId,
        folder: 'read',
        snoozedUntil: null,
        labels: [],
        staff: by === null ? [] : [by],
        assignee: null,
        revision: 0,
        received: 0,
        sent: 0,
        newest: [],
        moved: {},
      };
    }
    if (state.status === 'not-started') return state;
    const revision = state.revision + 1;
    if (event.type === 'ConversationDeleted') return { ...state, revision, status: 'deleted', newest: [], moved: {} };
    return {
      ...state,
      revision,
      folder: folderAfter(state.folder, event),
      snoozedUntil: snoozedUntilAfter(state.snoozedUntil, event),
      labels: labelsAfter(state.labels, event),
      assignee: assigneeAfter(state.assignee, event),
      received: state.received + Number(event.type === 'MessageReceived'),
      sent: state.sent + Number(event.type === 'MessageSent'),
      staff: staffAfter(state.staff, event),
      newest: newestAfter(state.newest, event, revision),
      moved: movedAfter(state.moved, event),
    };
  },
};

type Started = Exclude<Conversation, { status: 'not-started' }>;

const decideStarted = decideByType<
  Started,
  Exclude<ConversationCommand, { type: 'StartConversation' }>,
  ConversationEvent
>({
  SendMessage({ refusal, lastSeen, ...message }, state) {
    const { messageId, by, channel } = message;
    const unseen = lastSeen === undefined ? undefined : newestOfColleagues(state.newest, lastSeen, by);
    if (unseen) throw new ColleagueReplied(unseen);
    // A refusal is stored: someone may ask later why nothing was sent.
    if (refusal !== null)
      return [{ type: 'SendRefused', data: { ...about(state), messageId, by, channel, ...refusal } }];
    if (channel === 'sms' && message.text.length > LONGEST_TEXT) throw new TextTooLong();
    return [{ type: 'MessageSent', data: { ...about(state), ...message } }];
  },
  SendOptInRequest: (data, state) => [
    { type: 'AutomatedTextSent', data: { ...about(state), kind: 'opt-in-request', ...data } },
  ],
  ReceiveMessage: (data, state) => [
    { type: 'MessageReceived', data: { ...about(state), ...data } },
    ...endedByMessage(data.channel, state),
  ],
  ReceiveKeyword: (data, state) => [{ type: 'KeywordReceived', data: { ...about(state), ...data } }],
  AddNote: (data, state) => [{ type: 'NoteAdded', data: { ...about(state), ...data } }],
  MoveMessage: moveMessage,
  ReadConversation: (data, state) =>
    state.folder === 'unread' ? [{ type: 'ConversationRead', data: { ...about(state), ...data } }] : [],
  MarkUnread: (data, state) =>
    state.folder === 'snoozed'
      ? endedByStaff(data.by, state)
      : state.folder === 'unread'
        ? []
        : [{ type: 'ConversationMarkedUnread', data: { ...about(state), ...data } }],
  ArchiveConversation: (data, state) =>
    state.folder === 'archived'
      ? []
      : [...endedByStaff(data.by, state), { type: 'ConversationArchived', data: { ...about(state), ...data } }],
  UnarchiveConversation: (data, state) =>
    state.folder === 'archived' ? [{ type: 'ConversationUnarchived', data: { ...about(state), ...data } }] : [],
  SnoozeConversation: snooze,
  UnsnoozeConversation: ({ by }, state) => endedByStaff(by, state),
  EndSnooze: ({ at }, state) => endedByTime(at, state),
  LabelConversation: (data, state) =>
    isNewLabel(state.labels, data.label) ? [{ type: 'ConversationLabelled', data: { ...about(state), ...data } }] : [],
  UnlabelConversation: (data, state) =>
    state.labels.includes(data.label) ? [{ type: 'ConversationUnlabelled', data: { ...about(state), ...data } }] : [],
  AssignConversation: (data, state) =>
    state.assignee === data.assignee ? [] : [{ type: 'ConversationAssigned', data: { ...about(state), ...data } }],
  HandOverConversation: ({ from, ...data }, state) =>
    state.assignee === from ? [{ type: 'ConversationAssigned', data: { ...about(state), ...data } }] : [],
  DeleteConversation: (data, state) => [
    ...movedBack(data.by, { ...about(state), moved: state.moved }),
    { type: 'ConversationDeleted', data: { ...about(state), ...data } },
  ],
});

const about = ({ conversationId, contactId, referralId }: Started) => ({ conversationId, contactId, referralId });

/** The assignee after an event: a reply to an unassigned conversation assigns it to the author. */
export function assigneeAfter(assignee: string | null, event: ConversationEvent): string | null {
  if (event.type === 'ConversationAssigned') return event.data.assignee;
  return event.type === 'MessageSent' ? (assignee ?? event.data.by) : assignee;
}

/** The staff who started it or wrote in it, after an event. */
export const staffAfter = (staff: readonly string[], event: ConversationEvent): readonly string[] =>
  event.type === 'MessageSent' && !staff.includes(event.data.by) ? [...staff, event.data.by] : staff;

/** The staff who are notified of a conversation: its assignee, and everybody who started it or wrote in it. */
export const concernedStaff = ({
  staff,
  assignee,
}: Pick<Extract<Conversation, { staff: unknown }>, 'staff' | 'assignee'>): readonly string[] =>
  assignee === null || staff.includes(assignee) ? staff : [...staff, assignee];

export class TextTooLong extends DomainError {
  readonly code = 'TextTooLong';
  override readonly kind = 'invalid';
  override readonly field = 'text';
  constructor() {
    super(`A text message has at most ${LONGEST_TEXT} characters`);
  }
}
