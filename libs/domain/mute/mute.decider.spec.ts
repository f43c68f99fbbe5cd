import { deciderSpec } from '@app/testing';
import { isMuted, muteDecider, MuteEndsInThePast, type MuteCommand } from './mute.decider.js';
import type { MuteEvent } from './mute.events.js';

const mutes = deciderSpec(muteDecider);
const anna = { conversationId: 'conversation-1', userId: 'anna' };
const [at, end, later] = ['2026-01-05T09:00:00.000Z', '2026-01-05T12:00:00.000Z', '2026-01-06T12:00:00.000Z'];
const mute = (until: string | null): MuteCommand => ({ type: 'MuteConversation', data: { ...anna, until, at } });
const muted = (until: string | null): MuteEvent => ({ type: 'ConversationMuted', data: { ...anna, until } });
const unmute: MuteCommand = { type: 'UnmuteConversation', data: anna };
const unmuted: MuteEvent = { type: 'ConversationUnmuted', data: anna };
const endMute = (time: string): MuteCommand => ({ type: 'EndMute', data: { ...anna, at: time } });
const ended: MuteEvent = { type: 'MuteEnded', data: { ...anna, until: end } };

describe('I6: mute', () => {
  it.each([[null], [end]])('is chosen once, until %p', (until) => {
    mutes.given().when(mute(until)).then(muted(until));
    mutes.given(muted(until)).when(mute(until)).thenNothing();
  });

  it('can get another end, or none', () => {
    mutes.given(muted(end)).when(mute(later)).then(muted(later));
    mutes.given(muted(end)).when(mute(null)).then(muted(null));
  });

  it('must not end in the past', () => {
    mutes.given().when(mute(at)).thenThrows(MuteEndsInThePast);
  });

  it('can be ended, also if nothing was chosen', () => {
    mutes.given(muted(null)).when(unmute).then(unmuted);
    mutes.given().when(unmute).then(unmuted);
    mutes.given(unmuted).when(unmute).thenNothing();
  });

  it('ends at its time, once', () => {
    mutes.given(muted(end)).when(endMute(end)).then(ended);
    mutes.given(muted(end), ended).when(endMute(end)).thenNothing();
    mutes.given(muted(end), ended).when(mute(later)).then(muted(later));
  });

  it.each<[string, readonly MuteEvent[]]>([
    ['was postponed', [muted(end), muted(later)]],
    ['no longer has an end', [muted(end), muted(null)]],
    ['was ended', [muted(end), unmuted]],
    ['was never chosen', []],
  ])('does not end when it %s', (_, given) =>
    mutes
      .given(...given)
      .when(endMute(end))
      .thenNothing(),
  );

  it('is separate for each person', () => {
    const ben = { ...anna, userId: 'ben' };
    mutes
      .given(muted(end))
      .when({ type: 'UnmuteConversation', data: ben })
      .then({ type: 'ConversationUnmuted', data: ben });
    mutes
      .given({ type: 'ConversationMuted', data: { ...ben, until: end } })
      .when(endMute(end))
      .thenNothing();
  });
});

describe('I6: alerts of a conversation', () => {
  it.each([
    ['nothing chosen, theirs', undefined, true, false],
    ['nothing chosen, not theirs', undefined, false, true],
    ['muted, theirs', { isMuted: true, until: null }, true, true],
    ['muted until later, theirs', { isMuted: true, until: later }, true, true],
    ['muted until now, theirs', { isMuted: true, until: at }, true, false],
    ['muted until now, not theirs', { isMuted: true, until: at }, false, true],
    ['unmuted, not theirs', { isMuted: false, until: null }, false, false],
  ])('%s', (_, choice, isTheirs, expected) => expect(isMuted(choice, isTheirs, at)).toBe(expected));
});
