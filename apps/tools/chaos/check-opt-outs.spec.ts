import { checkOptOuts, type OptOutCounts, type Seen } from './check-opt-outs.js';
import { Findings } from './findings.js';
import type { Claim, ConsentFact } from './record-history.js';
import type { InboundText } from './witness.js';

const PHONE = '+14152000001';
const [A, B] = ['+14155550101', '+14155550102'];
/** Positions are strings that sort; times are the same numbers, so later positions also have later times. */
const at = (n: number): string => String(n).padStart(4, '0');

/** A keyword: accepted, noted by its consent (unless `noted` is null), acknowledged. */
type Said = {
  text: string;
  means: 'opt-out' | 'opt-in' | 'confirm';
  to?: string;
  accepted: number;
  noted: number | null;
  revision?: number;
  acked: number;
};
/** A call for a claim that read these revisions of the consents for A and B. */
type Called = { claimed: number; read: { a?: number; b?: number }; kind?: 'received' | 'accepted' };

const stop = (accepted: number, noted: number | null, acked: number, other: Partial<Said> = {}): Said => ({
  text: 'STOP',
  means: 'opt-out',
  accepted,
  noted,
  acked,
  ...other,
});
const start = (accepted: number, noted: number | null, acked: number, other: Partial<Said> = {}): Said => ({
  text: 'START',
  means: 'opt-in',
  accepted,
  noted,
  acked,
  ...other,
});

function check(
  said: readonly Said[],
  called: readonly Called[],
  { confirmed = [] as number[], isClaimed = true } = {},
): { findings: string[]; counts: OptOutCounts } {
  const inbound = said.map(({ text, means, to = A, acked }, n): InboundText => ({
    kind: 'inbound',
    text,
    meaning: means,
    from: PHONE,
    to,
    sid: `SM${n}`,
    startedAt: 0,
    ackedAt: acked,
  }));
  const consents = said.flatMap(({ means, to = A, noted, revision = 0 }, n): ConsentFact[] =>
    noted === null
      ? []
      : [
          {
            consentId: to === A ? 'a' : 'b',
            revision,
            position: at(noted),
            recordedAt: noted,
            type: means === 'opt-out' ? 'OptedOut' : 'OptedIn',
            providerMessageId: `SM${n}`,
          },
        ],
  );
  const claims = called.map(({ claimed, read }, n): [string, Claim] => [
    `delivery.${n}`,
    {
      position: at(claimed),
      claimedAt: claimed,
      revisions: new Map([
        ['a', read.a ?? -1],
        ['b', read.b ?? -1],
      ]),
    },
  ]);
  const creates = called.map(({ kind = 'received' }, n) => ({
    kind,
    to: PHONE,
    body: `text ${n}`,
    statusCallback: `http://localhost/status/delivery.${n}`,
  }));
  const record = {
    claims: new Map(isClaimed ? claims : []),
    accepted: new Map(said.map(({ accepted }, n) => [`SM${n}`, at(accepted)])),
    consents,
    withheld: ['RecipientOptedOut', 'NoConsent'],
    released: ['consent changed', '20429'],
  };
  const seen: Seen = { creates, confirmations: confirmed.map((n) => ({ inboundSid: `SM${n}` })), record };
  const findings = new Findings();
  return { counts: checkOptOuts(seen, inbound, findings), findings: findings.list(100) };
}

const wellSaid = (said: readonly Said[], called: readonly Called[], more = {}): string[] =>
  check(said, called, more).findings;

describe('the check of opt-outs passes', () => {
  it.each<[string, Said[], Called[]]>([
    ['a call before any keyword', [stop(5, 6, 7)], [{ claimed: 3, read: {} }]],
    [
      'a call claimed before the opt-out was accepted, which arrives after it',
      [stop(5, 6, 7)],
      [{ claimed: 4, read: {} }],
    ],
    [
      'a call claimed while the opt-out was in progress: accepted, not noted, not acknowledged',
      [stop(5, 9, 12)],
      [{ claimed: 7, read: {} }],
    ],
    [
      'a call after an opt-in to the same sender',
      [stop(1, 2, 3), start(4, 5, 6, { revision: 1 })],
      [{ claimed: 8, read: { a: 1 } }],
    ],
    [
      'a call after an opt-in to another sender',
      [stop(1, 2, 3), start(4, 5, 6, { to: B })],
      [{ claimed: 8, read: { a: 0, b: 0 } }],
    ],
    [
      'an opt-in that is noted after an older opt-out was',
      [stop(1, 5, 6), start(4, 8, 5, { revision: 1 })],
      [{ claimed: 9, read: { a: 1 } }],
    ],
    [
      'a YES to an opt-in request',
      [{ text: 'YES', means: 'confirm', accepted: 1, noted: 2, acked: 3 }],
      [{ claimed: 4, read: { a: 0 } }],
    ],
  ])('K9: %s', (_, said, called) => {
    expect(wellSaid(said, called)).toEqual([]);
  });

  it('K5: one confirmation by the provider', () => {
    expect(wellSaid([stop(1, 2, 3)], [], { confirmed: [0] })).toEqual([]);
  });
});

describe('the check of opt-outs reports', () => {
  it.each<[string, Said[], Called[], string[]]>([
    [
      'a call claimed after an opt-out was noted and acknowledged',
      [stop(1, 2, 3)],
      [{ claimed: 5, read: { a: 0 } }],
      ['noted', 'acknowledged'],
    ],
    [
      'a call claimed after an opt-out was noted, before it was acknowledged',
      [stop(1, 2, 9)],
      [{ claimed: 5, read: { a: 0 } }],
      ['noted'],
    ],
    [
      'a call claimed after an opt-out was acknowledged, before it was noted',
      [stop(1, 7, 3)],
      [{ claimed: 5, read: {} }],
      ['acknowledged 4 ms before', 'acknowledged'],
    ],
    [
      'a call after an opt-out to another sender',
      [stop(1, 2, 3, { to: B })],
      [{ claimed: 5, read: { a: -1, b: 0 } }],
      ['noted', 'acknowledged'],
    ],
    [
      'a call after an opt-out that was not recognized',
      [stop(1, null, 3, { text: 'STOP\n\nSent from my iPhone' })],
      [{ claimed: 5, read: {} }],
      ['is not an opt-out in the event store', 'acknowledged'],
    ],
    [
      'an opt-out that was handled as an opt-in',
      [{ ...start(1, 2, 3), means: 'opt-out' }],
      [{ claimed: 5, read: { a: 0 } }],
      ['noted', 'acknowledged'],
    ],
    [
      'a call after an older opt-in was noted after the opt-out',
      [start(1, 6, 2, { revision: 1 }), stop(3, 4, 5)],
      [{ claimed: 8, read: { a: 1 } }],
      ['noted', 'acknowledged'],
    ],
    [
      'a call after an opt-out and a YES, which undoes nothing',
      [stop(1, 2, 3), { text: 'YES', means: 'confirm', accepted: 4, noted: 5, revision: 1, acked: 6 }],
      [{ claimed: 8, read: { a: 1 } }],
      ['noted', 'acknowledged'],
    ],
    [
      'each of two calls',
      [stop(1, 2, 3)],
      [
        { claimed: 5, read: { a: 0 } },
        { claimed: 6, read: { a: 0 } },
      ],
      ['noted', 'acknowledged', 'noted', 'acknowledged'],
    ],
    [
      'a claim that read an older consent',
      [stop(1, 2, 3), start(4, 5, 6, { revision: 1 })],
      [{ claimed: 8, read: { a: 0 } }],
      ['without the OptedIn at revision 1'],
    ],
    [
      'a claim that read only one sender',
      [stop(1, 2, 3, { to: B }), start(4, 5, 6)],
      [{ claimed: 8, read: { a: 0 } }],
      ['without the OptedOut at revision 0'],
    ],
  ])('K9: %s', (_, said, called, expected) => {
    const findings = wellSaid(said, called);
    expect(findings).toHaveLength(expected.length);
    for (const [n, words] of expected.entries()) expect(findings[n]).toContain(words);
  });

  it('K9: a call without a claim', () => {
    expect(wellSaid([], [{ claimed: 1, read: {} }], { isClaimed: false })).toEqual([
      'wrong: text 0 was sent by claim delivery.0, which is not in the event store',
    ]);
  });

  it('K5: a second confirmation, and one without an opt-out', () => {
    expect(wellSaid([stop(1, 2, 3), start(4, 5, 6, { revision: 1 })], [], { confirmed: [0, 0, 1] })).toEqual([
      'doubled: 2 times: confirmation of the opt-out SM0',
      'foreign: a confirmation of SM1, which is not an opt-out',
    ]);
  });
});

it('the check of opt-outs counts its observations', () => {
  const said = [stop(5, 9, 12), start(14, 15, 16, { revision: 1 })];
  const { counts } = check(
    said,
    [
      { claimed: 2, read: {} },
      { claimed: 7, read: {} },
      { claimed: 7, read: {}, kind: 'accepted' },
    ],
    { confirmed: [0] },
  );
  expect(counts).toEqual({ optOuts: 1, optIns: 1, calls: 2, overtaken: 1, confirmations: 1, withheld: 1, released: 1 });
});
