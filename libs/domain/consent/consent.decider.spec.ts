import fc from 'fast-check';
import { deciderSpec, erasedSampleOf } from '@app/testing';
import {
  consentDecider,
  RecipientOptedOut,
  refusedSender,
  TextLimitReached,
  type Consent,
  type ConsentCommand,
} from './consent.decider.js';
import type { ConsentEvent } from './consent.events.js';
import { keywordList, keywordOf } from './keywords.js';

const consent = deciderSpec(consentDecider);
const whose = { addressId: 'address-1', subjectId: 'address-1', senderId: 'sender-1' };
const evidence = {
  wording: 'Text me about my referrals',
  wordingVersion: '3',
  source: 'https://example.com/join',
  tickedAt: '2026-01-05T09:00:00.000Z',
};
const form = {
  ...whose,
  phone: '+15551234567',
  contactId: 'rita',
  referralId: 'referral-1',
  purpose: 'conversational',
  evidence,
  requestedAt: '2026-01-05T09:00:01.000Z',
} as const;
const optInText = { version: '2', text: 'Reply YES to get texts, STOP to opt out' };

const request = (mode: 'double_opt_in' | 'single_opt_in' = 'double_opt_in'): ConsentCommand => ({
  type: 'RequestOptIn',
  data: { ...form, mode, optInText, refusedSenderId: null, isLimitReached: false, smsEnabled: 'on' },
});
const acceptedAt = '2026-01-07T09:00:00.000Z';
const place = (position: number): string => String(position).padStart(4, '0');
const text = (words: string, position = 9, sentAt: string | null = null): ConsentCommand => ({
  type: 'NoteTextReceived',
  data: {
    ...whose,
    text: words,
    providerMessageId: 'SM1',
    keyword: keywordOf(words),
    acceptedPosition: place(position),
    acceptedAt,
    sentAt,
  },
});
const heard = (words: string, keyword: string, position = 9, sentAt: string | null = null) => ({
  ...whose,
  keyword,
  keywordList: keywordList.version,
  text: words,
  providerMessageId: 'SM1',
  acceptedPosition: place(position),
  acceptedAt,
  sentAt,
});

const requested: ConsentEvent = { type: 'OptInRequested', data: { ...form, optInText } };
const optedIn: ConsentEvent = { type: 'OptedIn', data: heard('Yes', 'YES', 1) };
const optedOut: ConsentEvent = { type: 'OptedOut', data: heard('STOP', 'STOP', 2) };
const startedAgain: ConsentEvent = { type: 'OptedIn', data: heard('START', 'START', 3) };
const textedFirst: ConsentEvent = {
  type: 'TextedFirst',
  data: { addressId: 'address-1', senderId: 'sender-1', providerMessageId: 'SM1' },
};

const statusAfter = (...events: readonly ConsentEvent[]) =>
  events.reduce((state, event) => consentDecider.evolve(state, event), consentDecider.initialState).status;

describe('consent', () => {
  it('X8: the state stays when its evidence is erased', () => {
    expect([
      statusAfter(erasedSampleOf('OptInRequested')),
      statusAfter(requested, erasedSampleOf('OptedIn')),
      statusAfter(erasedSampleOf('OptedOut')),
    ]).toEqual(['pending', 'yes', 'no']);
    consent.given(erasedSampleOf('OptedOut')).when(request()).thenThrows(RecipientOptedOut);
  });

  it('X8, K10: an opt-in ends with its evidence, and an opt-out stays', () => {
    const erased: ConsentEvent = { type: 'OptInErased', data: { addressId: 'address-1', senderId: 'sender-1' } };
    const erase: ConsentCommand = { type: 'EraseOptIn', data: erased.data };
    // Also when nothing changes: a concurrent decision then finds a newer revision of the stream.
    for (const before of [[], [requested, optedIn], [textedFirst], [optedOut, startedAgain], [erased]])
      consent
        .given(...before)
        .when(erase)
        .then(erased);
    expect([
      statusAfter(requested, erased),
      statusAfter(requested, optedIn, erased),
      statusAfter(optedOut, startedAgain, erased),
    ]).toEqual(['none', 'none', 'no']);
    consent.given(requested, erased).when(request()).then(requested);
    consent.given(textedFirst, erased).when(text('Hi')).then(textedFirst);
  });

  it('U5, K10: above the daily limit no opt-in request is sent, and a form that causes none is stored', () => {
    const limited = (mode: 'double_opt_in' | 'single_opt_in'): ConsentCommand => ({
      type: 'RequestOptIn',
      data: { ...form, mode, optInText, refusedSenderId: null, isLimitReached: true, smsEnabled: 'on' },
    });
    const { phone: _, referralId: __, requestedAt: ___, ...kept } = form;
    consent.given().when(limited('double_opt_in')).thenThrows(TextLimitReached);
    for (const before of [[requested], [requested, optedIn]])
      consent
        .given(...before)
        .when(limited('double_opt_in'))
        .then({ type: 'OptInFormReceived', data: kept });
  });

  it('K1: is Pending, Yes, No, or none yet', () => {
    expect([
      statusAfter(),
      statusAfter(requested),
      statusAfter(requested, optedIn),
      statusAfter(requested, optedIn, optedOut),
    ]).toEqual(['none', 'pending', 'yes', 'no']);
  });

  it('K2, K10: a form makes it Pending, with its wording and the text that asks for YES', () =>
    consent.given().when(request()).then(requested));

  it('K2, K10: a form causes one opt-in request; another form is stored as evidence', () => {
    const { phone: _, referralId: __, requestedAt: ___, ...kept } = form;
    consent.given(requested).when(request()).then({ type: 'OptInFormReceived', data: kept });
    consent.given(requested, optedIn).when(request()).then({ type: 'OptInFormReceived', data: kept });
    expect(statusAfter(requested, optedIn, { type: 'OptInFormReceived', data: kept })).toBe('yes');
  });

  it('K2: an unanswered opt-in request is repeated when a form is accepted a day later', () => {
    const later = { ...form, requestedAt: '2026-01-06T09:00:01.000Z' };
    consent
      .given(requested)
      .when({
        type: 'RequestOptIn',
        data: {
          ...later,
          mode: 'double_opt_in',
          optInText,
          refusedSenderId: null,
          isLimitReached: false,
          smsEnabled: 'on',
        },
      })
      .then({ type: 'OptInRequested', data: { ...later, optInText } });
  });

  it("K2, K10: YES makes it Yes, and its raw text and the provider's id are stored", () => {
    consent
      .given(requested)
      .when(text(' “yes” '))
      .then({ type: 'OptedIn', data: heard(' “yes” ', 'YES') });
  });

  it('K3: YES has no effect without an opt-in request', () => {
    consent.given().when(text('YES')).then(textedFirst);
    consent.given(requested, optedIn).when(text('YES')).thenNothing();
    consent.given(optedOut).when(text('YES')).thenNothing();
  });

  it('policy single_opt_in: the form alone makes it Yes, without an opt-in request', () => {
    const byForm = {
      ...whose,
      keyword: null,
      keywordList: null,
      text: null,
      providerMessageId: null,
      acceptedPosition: null,
      acceptedAt: null,
      sentAt: null,
    };
    consent
      .given()
      .when(request('single_opt_in'))
      .then({ type: 'OptInRequested', data: { ...form, optInText: null } }, { type: 'OptedIn', data: byForm });
  });

  it.each([[[]], [[requested]], [[requested, optedIn]], [[textedFirst]], [[optedOut, startedAgain]]])(
    'K3: STOP makes it No, with its evidence, after %#',
    (history: ConsentEvent[]) => {
      consent
        .given(...history)
        .when(text('Stop!'))
        .then({ type: 'OptedOut', data: heard('Stop!', 'STOP') });
    },
  );

  it('K3, K10: a second STOP changes nothing and is stored', () =>
    consent
      .given(optedOut)
      .when(text('STOP'))
      .then({ type: 'OptedOut', data: heard('STOP', 'STOP') }));

  it('K3: START after STOP makes it Yes', () =>
    consent
      .given(optedOut)
      .when(text('Start'))
      .then({ type: 'OptedIn', data: heard('Start', 'START') }));

  it('K3: START opts in before any other event, and a repeated one is stored', () => {
    consent
      .given()
      .when(text('UNSTOP'))
      .then({ type: 'OptedIn', data: heard('UNSTOP', 'UNSTOP') });
    consent
      .given(requested, optedIn)
      .when(text('START'))
      .then({ type: 'OptedIn', data: heard('START', 'START') });
  });

  it("K7: a form does not undo the contact's own STOP", () => {
    consent.given(optedOut).when(request()).thenThrows(RecipientOptedOut);
    consent.given(optedOut).when(request('single_opt_in')).thenThrows(RecipientOptedOut);
  });

  it.each(['HELP', 'INFO'])('K3: %s changes no consent', (word) => {
    consent.given(requested).when(text(word)).thenNothing();
    consent.given(requested, optedIn).when(text(word)).thenNothing();
    consent.given(optedOut).when(text(word)).thenNothing();
  });

  it('decision: texting first is stored once, and is not consent', () => {
    consent.given().when(text('Hello?')).then(textedFirst);
    consent.given(textedFirst).when(text('Anyone?')).thenNothing();
    expect(statusAfter(textedFirst)).toBe('none');
  });

  it('K4: free text is no answer', () => {
    for (const words of ["don't stop", 'STOP PLEASE', 'Yes please'])
      consent.given(requested).when(text(words)).thenNothing();
  });
});

const anyCommand = fc.oneof(
  fc.constantFrom(request(), request('single_opt_in')),
  fc
    .constantFrom('STOP', 'opt out', 'START', 'unstop', 'YES', 'HELP', 'Hello', "don't stop", 'STOP PLEASE')
    .map((words) => text(words)),
);

/** Keywords in the given order, which is the order of acceptance. */
function run(commands: readonly ConsentCommand[], watch: (command: ConsentCommand, status: string) => void): void {
  let state = consentDecider.initialState;
  for (const [index, given] of commands.entries()) {
    const command =
      given.type === 'NoteTextReceived' ? { ...given, data: { ...given.data, acceptedPosition: place(index) } } : given;
    try {
      state = consentDecider.decide(command, state).reduce((next, event) => consentDecider.evolve(next, event), state);
    } catch (error) {
      if (!(error instanceof RecipientOptedOut)) throw error;
    }
    watch(command, state.status);
  }
}

const kindOf = (command: ConsentCommand) => (command.type === 'NoteTextReceived' ? command.data.keyword?.kind : 'form');

describe('consent after any commands', () => {
  it('K3, K7: after STOP only START or UNSTOP leads to Yes', () => {
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

  it('K2: Yes requires a form or an opt-in keyword', () => {
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

describe('consent by the order in which texts were accepted', () => {
  const time = (minute: number): string => new Date(Date.UTC(2026, 0, 7, 9, minute)).toISOString();
  const after = (commands: readonly ConsentCommand[], from: Consent = consentDecider.initialState): Consent =>
    commands.reduce(
      (state, command) =>
        consentDecider.decide(command, state).reduce((next, event) => consentDecider.evolve(next, event), state),
      from,
    );

  it('K3, K9: a START that was accepted before a STOP changes nothing, even if it is handled later', () => {
    expect(after([text('STOP', 2), text('START', 1)]).status).toBe('no');
    expect(after([text('START', 1), text('STOP', 2)]).status).toBe('no');
    expect(after([text('START', 3), text('STOP', 2)]).status).toBe('yes');
  });

  it('K3: a YES or a form has no effect once an opt-out is known, whichever was handled first', () => {
    expect(after([request(), text('YES', 5), text('STOP', 4)]).status).toBe('no');
    expect(after([request('single_opt_in'), text('STOP', 1)]).status).toBe('no');
  });

  it("T5, K3: an opt-in found in the provider's list counts from the time it was sent", () => {
    const stopped = (minute: number, position: number): ConsentCommand => ({
      type: 'NoteTextReceived',
      data: {
        ...whose,
        text: 'STOP',
        providerMessageId: 'SM2',
        keyword: keywordOf('STOP'),
        acceptedPosition: place(position),
        acceptedAt: time(minute),
        sentAt: null,
      },
    });
    expect(after([stopped(5, 1), text('START', 2, time(4))]).status).toBe('no');
    expect(after([stopped(5, 1), text('START', 2, time(5))]).status).toBe('no');
    expect(after([stopped(5, 1), text('START', 2, time(6))]).status).toBe('no'); // the clocks may differ by a minute
    expect(after([stopped(5, 1), text('START', 2, time(7))]).status).toBe('yes');
    expect(after([text('STOP', 1, time(4)), text('START', 2, time(5))]).status).toBe('yes');
  });

  it('K2, T5: a YES sent before the opt-in request is not an answer to it', () => {
    const early: ConsentCommand = {
      type: 'NoteTextReceived',
      data: {
        ...whose,
        text: 'YES',
        providerMessageId: 'SM1',
        keyword: keywordOf('YES'),
        acceptedPosition: place(1),
        acceptedAt: '2026-01-05T08:00:00.000Z',
        sentAt: null,
      },
    };
    expect(after([request(), early]).status).toBe('pending');
    expect(after([request(), text('YES', 5, '2026-01-05T08:00:00.000Z')]).status).toBe('pending');
    expect(after([request(), text('YES', 5)]).status).toBe('yes');
  });

  it('K12, K9: a START that is handled late does not undo a provider refusal of a later claim', () => {
    expect(after([text('STOP', 2), learned(10), text('START', 7)]).status).toBe('no');
    expect(after([text('STOP', 2), text('START', 7), learned(10)]).status).toBe('no');
  });

  it('K3: the stored keywords do not grow with their number, in any order', () => {
    const starts = Array.from({ length: 200 }, (_, position) => text('START', position));
    expect(after(starts).optIns).toHaveLength(1);
    expect(after(starts.toReversed()).optIns).toHaveLength(1);
  });

  type Word = { readonly word: string; readonly sentAt: string | null };
  const words = fc.array(
    fc.record({
      word: fc.constantFrom('STOP', 'START', 'HELP', 'Hello'),
      sentAt: fc.option(fc.integer({ min: 0, max: 59 }).map(time)),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const noted = ({ word, sentAt }: Word, position: number): ConsentCommand => ({
    type: 'NoteTextReceived',
    data: {
      ...whose,
      text: word,
      providerMessageId: 'SM1',
      keyword: keywordOf(word),
      acceptedPosition: place(position),
      acceptedAt: time(position * 6),
      sentAt,
    },
  });

  it('K3, K9: every order of handling leads to the state of the accepted order', () => {
    fc.assert(
      fc.property(
        words.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray([...all.keys()], { minLength: all.length, maxLength: all.length }),
          ),
        ),
        ([all, order]) => {
          const command = (index: number): ConsentCommand => noted(all[index] as Word, index);
          expect(after(order.map(command)).status === 'yes').toBe(after([...all.keys()].map(command)).status === 'yes');
          expect(after(order.map(command)).status === 'no').toBe(after([...all.keys()].map(command)).status === 'no');
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('K3, K9: a keyword that the webhook notes early does not count twice', () => {
    fc.assert(
      fc.property(words, fc.infiniteStream(fc.boolean()), (all, early) => {
        const commands = all.map(noted);
        const stops = commands.filter((command) => kindOf(command) === 'opt-out' && early.next().value);
        expect(after([...stops, ...commands]).status === 'no').toBe(after(commands).status === 'no');
      }),
    );
  });

  const learned = (position: number): ConsentCommand => ({
    type: 'NoteProviderOptOut',
    data: {
      ...whose,
      deliveryId: 'd-1',
      claimId: 'd-1.1',
      errorCode: '21610',
      claimedPosition: place(position),
      claimedAt: time(0),
    },
  });

  it('K12: a provider refusal while consent is Yes is a missed STOP, with that evidence', () => {
    const [event] = consentDecider.decide(learned(5), after([text('START', 1)]));
    expect(event).toEqual({ type: 'OptOutLearned', data: learned(5).data });
    expect(after([text('START', 1), learned(5)]).status).toBe('no');
    expect(after([request(), learned(5)]).status).toBe('no');
  });

  it("K12: a START after the claim takes precedence over the provider's refusal", () => {
    expect(after([text('START', 6), learned(5)]).status).toBe('yes');
    expect(after([text('START', 1), learned(5), text('START', 6)]).status).toBe('yes');
  });

  it('K12: if a later opt-out is known already, nothing is added', () => {
    expect(consentDecider.decide(learned(5), after([text('STOP', 6)]))).toEqual([]);
    expect(consentDecider.decide(learned(5), after([learned(5)]))).toEqual([]);
  });
});

describe('opt-outs across senders', () => {
  const of = (senderId: string, ...commands: readonly ConsentCommand[]) => ({
    senderId,
    consent: commands.reduce(
      (state, command) =>
        consentDecider.decide(command, state).reduce((next, event) => consentDecider.evolve(next, event), state),
      consentDecider.initialState,
    ),
  });

  it('K1: the newest opt-out of an address applies to every sender, and is named', () => {
    expect(refusedSender([of('a', text('STOP', 2)), of('b')])).toBe('a');
    expect(refusedSender([of('a', text('START', 1)), of('b', text('STOP', 2))])).toBe('b');
    expect(refusedSender([of('a'), of('b', text('START', 1))])).toBeNull();
  });

  it('K1: a later START to another sender undoes it there; the opted-out sender stays blocked', () => {
    const [a, b] = [of('a', text('STOP', 2)), of('b', text('START', 3))];
    expect([refusedSender([a, b]), a.consent.status, b.consent.status]).toEqual([null, 'no', 'yes']);
  });

  it('K1, K3: a YES to one sender does not undo an opt-out to another', () => {
    expect(refusedSender([of('a', text('STOP', 3)), of('b', request(), text('YES', 9))])).toBe('a');
  });

  it('K2: no opt-in request is sent while an opt-out is in effect', () => {
    consent
      .given()
      .when({
        type: 'RequestOptIn',
        data: {
          ...form,
          mode: 'double_opt_in',
          optInText,
          refusedSenderId: 'sender-2',
          isLimitReached: false,
          smsEnabled: 'on',
        },
      })
      .thenThrows(RecipientOptedOut);
  });
});
