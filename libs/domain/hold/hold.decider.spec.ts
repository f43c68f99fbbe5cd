import fc from 'fast-check';
import { deciderSpec } from '@app/testing';
import { holdDecider, holdsOn, TriedAlready, type HoldCommand, type Road } from './hold.decider.js';
import type { HoldEvent, HoldScope } from './hold.events.js';

const account: HoldScope = { kind: 'account', accountSid: 'AC1' };
const sender: HoldScope = { kind: 'sender', senderId: 's1' };
const france: HoldScope = { kind: 'country', senderId: 's1', country: '33' };
const at = '2026-01-05T10:00:00.000Z';
const after = (ms: number): string => new Date(Date.parse(at) + ms).toISOString();
const HOUR = 3_600_000;

const cause = { senderIds: ['s1'], code: '20003', credentials: 1 };
const holdSending = (changes: Partial<Extract<HoldCommand, { type: 'HoldSending' }>['data']> = {}): HoldCommand => ({
  type: 'HoldSending',
  data: { scope: account, ...cause, at, firstPauseMs: 60_000, jitter: 1, ...changes },
});
const held = (changes: Partial<Extract<HoldEvent, { type: 'SendingHeld' }>['data']> = {}): HoldEvent => ({
  type: 'SendingHeld',
  data: { scope: account, ...cause, since: at, nextTryAt: after(60_000), pauseMs: 60_000, ...changes },
});
const trySending = (when: string, jitter = 1): HoldCommand => ({
  type: 'TrySending',
  data: { scope: account, at: when, jitter },
});
const tried = (when: string, pauseMs: number): HoldEvent => ({
  type: 'SendingTried',
  data: { scope: account, nextTryAt: new Date(Date.parse(when) + pauseMs).toISOString(), pauseMs },
});
const resumed: HoldEvent = { type: 'SendingResumed', data: { scope: account } };
const stateAfter = (...events: HoldEvent[]) =>
  events.reduce((state, event) => holdDecider.evolve(state, event), holdDecider.initialState);

describe('holds of a program', () => {
  const sending = deciderSpec(holdDecider);

  it('T8: a response that concerns the account holds it', () => {
    sending.given().when(holdSending()).then(held());
  });

  it('T8: begin once, whatever else was in flight', () => {
    sending
      .given(held())
      .when(holdSending({ at: after(500) }))
      .thenNothing();
  });

  it('T8: another reason is shown, and the pause stays', () => {
    sending
      .given(held(), tried(after(60_000), 120_000))
      .when(holdSending({ code: '20005', at: after(61_000) }))
      .then(held({ code: '20005', nextTryAt: after(180_000), pauseMs: 120_000 }));
  });

  it('T8: allow one retry when it is due, and no other until the pause, now doubled, is over', () => {
    const second = tried(after(60_000), 120_000);
    sending
      .given(held())
      .when(trySending(after(59_999)))
      .thenThrows(TriedAlready);
    sending
      .given(held())
      .when(trySending(after(60_000)))
      .then(second);
    sending
      .given(held(), second)
      .when(trySending(after(60_000)))
      .thenThrows(TriedAlready);
    sending
      .given(held(), second)
      .when(trySending(after(180_000)))
      .then(tried(after(180_000), 240_000));
  });

  it('T8: allow no retry when nothing is held', () => {
    sending.given().when(trySending(at)).thenThrows(TriedAlready);
    sending
      .given(held(), resumed)
      .when(trySending(after(HOUR)))
      .thenThrows(TriedAlready);
  });

  it('T8: end when a retry succeeds', () => {
    sending
      .given(held())
      .when({ type: 'ResumeSending', data: { scope: account } })
      .then(resumed);
    sending
      .given(held(), resumed)
      .when({ type: 'ResumeSending', data: { scope: account } })
      .thenNothing();
    sending
      .given(held(), resumed)
      .when(holdSending({ at: after(HOUR) }))
      .then(held({ since: after(HOUR), nextTryAt: after(HOUR + 60_000) }));
  });

  it('T8: begin again with other credentials', () => {
    sending
      .given(held(), tried(after(60_000), 120_000))
      .when(holdSending({ credentials: 2, at: after(61_000) }))
      .then(held({ credentials: 2, since: after(61_000), nextTryAt: after(121_000) }));
  });

  it('T8: the pause doubles up to an hour, and jitter only shortens it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 20 }), (jitters) => {
        let state = stateAfter(held());
        let before = 60_000;
        for (const jitter of jitters) {
          const now = state['account AC1']?.nextTryAt ?? at;
          for (const event of holdDecider.decide(trySending(now, jitter), state))
            state = holdDecider.evolve(state, event);
          const hold = state['account AC1'];
          const pause = Date.parse(hold?.nextTryAt ?? '') - Date.parse(now);
          expect(hold?.pauseMs).toBe(Math.min(before * 2, HOUR));
          expect(pause).toBeLessThanOrEqual(hold?.pauseMs ?? 0);
          expect(pause).toBeGreaterThanOrEqual((hold?.pauseMs ?? 0) * 0.8 - 1);
          before = hold?.pauseMs ?? 0;
        }
        expect(before).toBe(HOUR);
      }),
    );
  });

  describe('a delivery and holds', () => {
    const road: Road = { accountSid: 'AC1', senderId: 's1', country: '33', credentials: 1 };
    const scopes = (state: ReturnType<typeof stateAfter>, of: Road): unknown[] =>
      holdsOn(state, of).map(({ scope }) => scope);

    it('T8: account, number and country block the deliveries that need them, and no others', () => {
      const state = stateAfter(held(), held({ scope: sender, code: '21606' }), held({ scope: france, code: '21408' }));
      expect(scopes(state, road)).toEqual([account, sender, france]);
      expect(scopes(state, { ...road, country: '1' })).toEqual([account, sender]);
      expect(scopes(state, { ...road, senderId: 's2' })).toEqual([account]);
      expect(scopes(state, { accountSid: 'AC2', senderId: 's2', country: '33', credentials: 1 })).toEqual([]);
      expect(scopes(state, 'email')).toEqual([]);
    });

    it('T8: new credentials end the holds of the old ones', () => {
      expect(scopes(stateAfter(held()), { ...road, credentials: 2 })).toEqual([]);
    });

    it('N1: an unavailable mail server holds emails and no texts', () => {
      const state = stateAfter(held({ scope: { kind: 'email' }, code: 'ECONNECTION', credentials: 0 }));
      expect(scopes(state, 'email')).toEqual([{ kind: 'email' }]);
      expect(scopes(state, road)).toEqual([]);
    });
  });
});
