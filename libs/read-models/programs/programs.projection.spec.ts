import type { Recorded } from '@app/kernel';
import type { HoldEvent, HoldScope } from '@app/domain/hold';
import type { ProgramEvent } from '@app/domain/program';
import { documentsOf, newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { programsProjection, type HoldView } from './programs.projection.js';

const programs = projectionSpec(programsProjection);
const record = newRecord();
const created = record('program-program-1', sampleOf('ProgramCreated'));
const added = record('program-program-1', sampleOf('SenderAdded'));

describe('programs', () => {
  it('G5: shows a program and its numbers', () => {
    programs.given().when(created).then({ id: 'program-1', name: 'Acme Referrals', senders: [] });
    programs
      .given(created)
      .when(added)
      .then({ senders: [{ id: 'sender-1', phone: '+15550001111', state: 'sending', holds: [] }] });
    programs.given().when(added).thenNothing();
  });

  it('T3: never shows a token', () => {
    expect(JSON.stringify([...documentsOf(programsProjection, [created, added])])).not.toMatch(/token|AC1/);
  });

  describe('holds', () => {
    const held = (scope: HoldScope, code: string, credentials = 1) =>
      record('hold-program-1', {
        type: 'SendingHeld',
        data: { ...samples.SendingHeld, scope, code, credentials },
      }) as Recorded<HoldEvent>;
    const onAccount = held({ kind: 'account', accountSid: 'AC1' }, '20003');
    const tried = record('hold-program-1', {
      type: 'SendingTried',
      data: { scope: { kind: 'account', accountSid: 'AC1' }, nextTryAt: '2026-01-05T10:00:00.000Z', pauseMs: 1 },
    }) as Recorded<HoldEvent>;
    const onCountry = held({ kind: 'country', senderId: 'sender-1', country: '33' }, '21408');
    const onEmail = held({ kind: 'email' }, 'ECONNECTION', 0);
    const resumed = record('hold-program-1', {
      type: 'SendingResumed',
      data: { scope: { kind: 'account', accountSid: 'AC1' } },
    }) as Recorded<HoldEvent>;
    const changed = record('program-program-1', sampleOf('SenderCredentialsChanged'));
    const stateOf = (...events: Recorded<ProgramEvent | HoldEvent>[]) => {
      const row = documentsOf(programsProjection, events).get('program-1');
      return {
        isHeld: row?.isHeld,
        sender: row?.senders[0]?.state,
        reasons: row?.senders[0]?.holds.map(({ kind, reason, nextTryAt }) => [kind, reason, nextTryAt]),
      };
    };
    const { nextTryAt } = samples.SendingHeld;
    const account = 'The provider refuses the account or its token';

    it('T8: are shown on the number whose account is refused, with the reason and the next try', () => {
      expect(stateOf(created, added, onAccount)).toEqual({
        isHeld: true,
        sender: 'held',
        reasons: [['account', account, nextTryAt]],
      });
      expect(stateOf(created, added, onAccount, tried)).toEqual({
        isHeld: true,
        sender: 'held',
        reasons: [['account', account, '2026-01-05T10:00:00.000Z']],
      });
      expect(stateOf(created, added, onAccount, tried, resumed)).toEqual({
        isHeld: false,
        sender: 'sending',
        reasons: [],
      });
    });

    it('T8: a number that may not text one country sends to others', () => {
      expect(stateOf(created, added, onCountry)).toEqual({
        isHeld: true,
        sender: 'sending',
        reasons: [['country', 'The account may not text this country', nextTryAt]],
      });
    });

    it('T8: end with other credentials, also when a response to the old ones comes later', () => {
      expect(stateOf(created, added, onAccount, changed)).toEqual({ isHeld: false, sender: 'sending', reasons: [] });
      const late = held({ kind: 'account', accountSid: 'AC1' }, '20003');
      expect(stateOf(created, added, onAccount, changed, late)).toMatchObject({ isHeld: false });
    });

    it('N1: are shown on the program for email that waits for the mail server', () => {
      programs
        .given(created, added)
        .when(onEmail)
        .then({ isHeld: true, emailHold: expect.objectContaining({ code: 'ECONNECTION' }) as HoldView });
    });
  });
});
