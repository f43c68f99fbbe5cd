import fc from 'fast-check';
import { deciderSpec } from '@app/testing';
import { consentDecider, RecipientOptedOut, type ConsentCommand } from './consent.decider.js';
import type { ConsentEvent } from './consent.events.js';
import { keywordList, keywordOf } from './keywords.js';

const consent = deciderSpec(consentDecider);
const whose = { addressId: 'address-1', senderId: 'sender-1' };
const evidence = { wording: 'Text me about my referrals', wordingVersion: '3', source: 'https://example.com/join', tickedAt: '2026-01-05T09:00:00.000Z' };
const form = { ...whose, phone: '+15551234567', contactId: 'rita', referralId: 'referral-1', purpose: 'conversational', evidence } as const;
const optInText = { version: '2', text: 'Reply YES to get texts, STOP to opt out' };

const request = (mode: 'double_opt_in' | 'single_opt_in' = 'double_opt_in'): ConsentCommand => ({ type: 'RequestOptIn', data: { ...form, mode, optInText } });
const text = (words: string): ConsentCommand => ({
  type: 'NoteTextReceived',
  data: { ...whose, text: words, providerId: 'SM1', keyword: keywordOf(words) },
});
const heard = (words: string, keyword: string) => ({ ...whose, keyword, keywordList: keywordList.version, text: words, providerId: 'SM1' });

const requested: ConsentEvent = { type: 'OptInRequested', data: { ...form, optInText } };
const optedIn: ConsentEvent = { type: 'OptedIn', data: heard('Yes', 'YES') };
const optedOut: ConsentEvent = { type: 'OptedOut', data: heard('STOP', 'STOP') };
const textedFirst: ConsentEvent = { type: 'TextedFirst', data: { ...whose, providerId: 'SM1' } };

const statusAfter = (...events: readonly ConsentEvent[]) => events.reduce((state, event) => consentDecider.evolve(state, event), consentDecider.initialState).status;

describe('consent', () => {
  it('K1: is Pending, Yes, No, or none yet', () => {
    expect([statusAfter(), statusAfter(requested), statusAfter(requested, optedIn), statusAfter(requested, optedIn, optedOut)]).toEqual(['none', 'pending', 'yes', 'no']);
  });

  it('K2, K10: a ticked form makes Pending, with its wording and the text that asks for YES', () => consent.given().when(request()).then(requested));

  it('K2, K10: a form is asked about once; another one is kept as evidence', () => {
    const { phone: _, referralId: __, ...kept } = form;
    consent.given(requested).when(request()).then({ type: 'OptInFormReceived', data: kept });
    consent.given(requested, optedIn).when(request()).then({ type: 'OptInFormReceived', data: kept });
    expect(statusAfter(requested, optedIn, { type: 'OptInFormReceived', data: kept })).toBe('yes');
  });

  it('K2: a question that was not answered is asked again when a box is ticked a day later', () => {
    const later = { ...form, evidence: { ...evidence, tickedAt: '2026-01-06T09:00:00.000Z' } };
    consent.given(requested).when({ type: 'RequestOptIn', data: { ...later, mode: 'double_opt_in', optInText } }).then({ type: 'OptInRequested', data: { ...later, optInText } });
  });

  it('K2, K10: YES makes Yes, and its raw text and the provider\'s id are kept', () => {
    consent.given(requested).when(text(' “yes” ')).then({ type: 'OptedIn', data: heard(' “yes” ', 'YES') });
  });

  it('K3: YES means nothing unless it was asked for', () => {
    consent.given().when(text('YES')).then(textedFirst);
    consent.given(requested, optedIn).when(text('YES')).thenNothing();
    consent.given(optedOut).when(text('YES')).thenNothing();
  });

  it('policy single_opt_in: the form alone makes Yes, and asks nothing', () => {
    const byForm = { ...whose, keyword: null, keywordList: null, text: null, providerId: null };
    consent.given().when(request('single_opt_in')).then({ type: 'OptInRequested', data: { ...form, optInText: null } }, { type: 'OptedIn', data: byForm });
  });

  it.each([[[]], [[requested]], [[requested, optedIn]], [[textedFirst]], [[optedOut, optedIn]]])('K3: STOP makes No, with its evidence, after %#', (history: ConsentEvent[]) => {
    consent.given(...history).when(text('Stop!')).then({ type: 'OptedOut', data: heard('Stop!', 'STOP') });
  });

  it('K3, K10: a second STOP changes nothing and is kept', () => consent.given(optedOut).when(text('STOP')).then({ type: 'OptedOut', data: heard('STOP', 'STOP') }));

  it('K3: START after STOP makes Yes', () => consent.given(optedOut).when(text('Start')).then({ type: 'OptedIn', data: heard('Start', 'START') }));

  it('K3: START opts in before anything else was said, and again is kept', () => {
    consent.given().when(text('UNSTOP')).then({ type: 'OptedIn', data: heard('UNSTOP', 'UNSTOP') });
    consent.given(requested, optedIn).when(text('START')).then({ type: 'OptedIn', data: heard('START', 'START') });
  });

  it('K7: a form does not undo the contact\'s own STOP', () => {
    consent.given(optedOut).when(request()).thenThrows(RecipientOptedOut);
    consent.given(optedOut).when(request('single_opt_in')).thenThrows(RecipientOptedOut);
  });

  it.each(['HELP', 'INFO'])('K3: %s changes no consent', (word) => {
    consent.given(requested).when(text(word)).thenNothing();
    consent.given(requested, optedIn).when(text(word)).thenNothing();
    consent.given(optedOut).when(text(word)).thenNothing();
  });

  it('decision: someone who texts first is remembered for it, once, and has not consented', () => {
    consent.given().when(text('Hello?')).then(textedFirst);
    consent.given(textedFirst).when(text('Anyone?')).thenNothing();
    expect(statusAfter(textedFirst)).toBe('none');
  });

  it('K4: free text is no answer', () => {
    for (const words of ["don't stop", 'STOP PLEASE', 'Yes please']) consent.given(requested).when(text(words)).thenNothing();
  });
});

const anyCommand = fc.oneof(
  fc.constantFrom(request(), request('single_opt_in')),
  fc.constantFrom('STOP', 'opt out', 'START', 'unstop', 'YES', 'HELP', 'Hello', "don't stop", 'STOP PLEASE').map(text),
);

function run(commands: readonly ConsentCommand[], watch: (command: ConsentCommand, status: string) => void): void {
  let state = consentDecider.initialState;
  for (const command of commands) {
    try {
      state = consentDecider.decide(command, state).reduce((next, event) => consentDecider.evolve(next, event), state);
    } catch (error) {
      if (!(error instanceof RecipientOptedOut)) throw error;
    }
    watch(command, state.status);
  }
}

const kindOf = (command: ConsentCommand) => (command.type === 'NoteTextReceived' ? command.data.keyword?.kind : 'form');

describe('consent, whatever happens', () => {
  it('K3, K7: after STOP nothing but START or UNSTOP leads to Yes', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 30 }), (commands) => {
        let stopped = false;
        run(commands, (command, status) => {
          if (kindOf(command) === 'opt-out') stopped = true;
          if (kindOf(command) === 'opt-in') stopped = false;
          if (stopped) expect(status).toBe('no');
        });
      }),
    );
  });

  it('K2: Yes is never reached without a form or an opt-in word', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 30 }), (commands) => {
        let asked = false;
        run(commands, (command, status) => {
          asked ||= kindOf(command) === 'form' || kindOf(command) === 'opt-in';
          if (!asked) expect(status).not.toBe('yes');
        });
      }),
    );
  });
});
