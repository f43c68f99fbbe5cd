import type { Consent } from '@app/domain/consent';
import type { Policies } from '@app/domain/program';
import { sendGate, type SendPolicies } from './send-gate.js';

type Mode = Policies['consentMode'];
const modes: readonly Mode[] = ['double_opt_in', 'single_opt_in', 'opted_in_by_default'];
const replies: readonly Policies['replyToInbound'][] = ['allowed', 'needs_consent'];

const allPolicies: readonly SendPolicies[] = modes.flatMap((consentMode) =>
  replies.map((replyToInbound) => ({
    smsEnabled: 'on' as const,
    consentMode,
    replyToInbound,
    optOutScope: 'all' as const,
  })),
);
const both = [true, false];
const consent = (status: Consent['status'], textedFirst: boolean, refusedSenderId: string | null = null) => ({
  consent: { status, textedFirst },
  refusedSenderId,
});

/** Under every policy, whether or not they texted first. */
const always = (lane: 'person' | 'opt-in-request', status: Consent['status']) =>
  new Set(
    allPolicies.flatMap((policies) =>
      both.map((textedFirst) => sendGate(lane, consent(status, textedFirst), policies)?.rule ?? null),
    ),
  );

describe('send gate', () => {
  it('K8: after an opt-out nothing is sent, under any policy and by any sender', () => {
    expect(always('person', 'no')).toEqual(new Set(['RecipientOptedOut']));
    expect(always('opt-in-request', 'no')).toEqual(new Set(['RecipientOptedOut']));
  });

  it('K8: with Yes everything is sent', () => {
    expect(always('person', 'yes')).toEqual(new Set([null]));
    expect(always('opt-in-request', 'yes')).toEqual(new Set([null]));
  });

  it('K2: while Pending only the opt-in request is sent', () => {
    expect(always('person', 'pending')).toEqual(new Set(['ConsentPending']));
    expect(always('opt-in-request', 'pending')).toEqual(new Set([null]));
  });

  it('K2: without a form no opt-in request is sent', () => {
    expect(always('opt-in-request', 'none')).toEqual(new Set(['NoConsent']));
  });

  it.each<[Mode, Policies['replyToInbound'], boolean, string | null]>([
    ['double_opt_in', 'allowed', false, 'NoConsent'],
    ['double_opt_in', 'allowed', true, null],
    ['double_opt_in', 'needs_consent', false, 'NoConsent'],
    ['double_opt_in', 'needs_consent', true, 'NoConsent'],
    ['single_opt_in', 'allowed', false, 'NoConsent'],
    ['single_opt_in', 'allowed', true, null],
    ['single_opt_in', 'needs_consent', false, 'NoConsent'],
    ['single_opt_in', 'needs_consent', true, 'NoConsent'],
    ['opted_in_by_default', 'allowed', false, null],
    ['opted_in_by_default', 'allowed', true, null],
    ['opted_in_by_default', 'needs_consent', false, null],
    ['opted_in_by_default', 'needs_consent', true, null],
  ])(
    "K8, replyToInbound: a person's text without consent; %s, reply %s, texted first %s: %s",
    (consentMode, replyToInbound, textedFirst, rule) => {
      expect(
        sendGate('person', consent('none', textedFirst), {
          smsEnabled: 'on',
          consentMode,
          replyToInbound,
          optOutScope: 'all',
        })?.rule ?? null,
      ).toBe(rule);
    },
  );

  it.each(['person', 'opt-in-request'] as const)(
    'K1, K8: an opt-out of another sender of the program blocks a text of lane %s, and is named',
    (lane) => {
      for (const policies of allPolicies)
        for (const status of ['none', 'pending', 'yes', 'no'] as const)
          expect(sendGate(lane, consent(status, true, 'sender-2'), policies)).toEqual({
            rule: 'RecipientOptedOut',
            refusedSenderId: 'sender-2',
          });
    },
  );

  it.each(['person', 'opt-in-request'] as const)('smsEnabled off: nothing is sent in the lane %s', (lane) => {
    const policies = { ...(allPolicies[0] as SendPolicies), smsEnabled: 'off' } as const;
    expect(sendGate(lane, consent('yes', true), policies)).toEqual({ rule: 'TextsDisabled', refusedSenderId: null });
  });

  it('optOutScope automated_only: staff may still write after an opt-out, nothing automated is sent', () => {
    const policies: SendPolicies = {
      consentMode: 'double_opt_in',
      replyToInbound: 'allowed',
      smsEnabled: 'on',
      optOutScope: 'automated_only',
    };
    expect(sendGate('person', consent('no', false, 'sender-1'), policies)).toBeNull();
    expect(sendGate('person', consent('yes', false, 'sender-2'), policies)).toBeNull();
    expect(sendGate('opt-in-request', consent('pending', false, 'sender-2'), policies)?.rule).toBe('RecipientOptedOut');
    expect(sendGate('person', consent('none', false, 'sender-2'), policies)?.rule).toBe('NoConsent');
  });
});
