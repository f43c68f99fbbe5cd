import { deciderSpec, samples } from '@app/testing';
import { conversationDecider, type ConversationCommand } from './conversation.decider.js';
import { ConversationWasDeleted } from './conversation.errors.js';
import type { ConversationEvent } from './conversation.events.js';
import { MessageNotFound } from './moves.js';

const conversation = deciderSpec(conversationDecider);
const { conversationId: home, contactId, referralId } = samples.ConversationStarted;
const about = { conversationId: home, contactId, referralId };
const started: ConversationEvent = { type: 'ConversationStarted', data: samples.ConversationStarted };
const received: ConversationEvent = { type: 'MessageReceived', data: samples.MessageReceived };
const { messageId } = samples.MessageReceived;
const step = (from: string, to: string) => {
  const toReferralId = to === home ? referralId : null;
  return { messageId, from, to, toReferralId, receivedPosition: '7', by: 'anna' };
};
const move = (from: string, to: string): ConversationCommand => ({ type: 'MoveMessage', data: step(from, to) });
const moved = (from: string, to: string): ConversationEvent => ({
  type: 'MessageMoved',
  data: { ...about, ...step(from, to) },
});

describe('M14: a message', () => {
  it('is moved to another conversation, on to a third one, and back', () => {
    conversation.given(started, received).when(move(home, 'b')).then(moved(home, 'b'));
    conversation.given(started, received, moved(home, 'b')).when(move('b', 'c')).then(moved('b', 'c'));
    conversation.given(started, received, moved(home, 'b')).when(move('b', home)).then(moved('b', home));
    conversation
      .given(started, received, moved(home, 'b'), moved('b', home))
      .when(move(home, 'b'))
      .then(moved(home, 'b'));
  });

  it('that is there already is not moved', () => {
    conversation.given(started, received).when(move('b', home)).thenNothing();
    conversation.given(started, received, moved(home, 'b')).when(move(home, 'b')).thenNothing();
  });

  it('is moved only from where it is: of two moves at once the second is refused', () => {
    conversation.given(started, received, moved(home, 'b')).when(move(home, 'c')).thenThrows(MessageNotFound);
  });

  it('comes back before the conversation that received it is deleted', () => {
    const data = { ...about, by: 'anna' };
    conversation
      .given(started, received, moved(home, 'b'))
      .when({ type: 'DeleteConversation', data: { by: 'anna' } })
      .then(moved('b', home), { type: 'ConversationDeleted', data });
    conversation
      .given(started, received, { type: 'ConversationDeleted', data })
      .when(move(home, 'b'))
      .thenThrows(ConversationWasDeleted);
  });
});
