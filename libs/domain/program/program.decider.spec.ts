import { deciderSpec } from '@app/testing';
import { defaultPolicies } from './policies.js';
import {
  OptInTextWithoutOptOut,
  PolicyUnknown,
  programDecider,
  ProgramExists,
  ProgramNotFound,
  ProviderTokenMissing,
  SenderNotFound,
} from './program.decider.js';
import type { ProgramEvent } from './program.events.js';

const program = deciderSpec(programDecider);
const data = {
  programId: 'program-1',
  name: 'Acme Referrals',
  policies: defaultPolicies,
  optInText: { version: '1', text: 'Reply YES to get texts, STOP to opt out' },
  portalLink: 'https://portal.example.com/{conversationId}',
  consoleLink: 'https://console.example.com/{conversationId}',
};
const sender = {
  programId: 'program-1',
  senderId: 'sender-1',
  phone: '+15550001111',
  accountSid: 'AC1',
  authToken: 'secret',
};
const created: ProgramEvent = { type: 'ProgramCreated', data };
const added: ProgramEvent = { type: 'SenderAdded', data: sender };

describe('program', () => {
  it('policies: the defaults are those of the requirements', () => {
    expect(defaultPolicies).toEqual({
      smsEnabled: 'on',
      messagesEnabled: 'on',
      consentMode: 'double_opt_in',
      replyToInbound: 'allowed',
      optOutScope: 'all',
      unsolicitedMessages: 'one',
      conversationDeletion: 'never',
      timeZone: 'UTC',
      emailNotifications: 'on',
    });
  });

  it('G7: a policy applies from its change on; the same value again changes nothing', () => {
    const change = {
      type: 'ChangePolicy',
      data: { name: 'optOutScope', value: 'automated_only', by: 'olivia' },
    } as const;
    const changed: ProgramEvent = {
      type: 'PolicyChanged',
      data: { name: 'optOutScope', value: 'automated_only', by: 'olivia' },
    };
    program.given(created).when(change).then(changed);
    program.given(created, changed).when(change).thenNothing();
  });

  it.each([
    ['optOut', 'all'],
    ['optOutScope', 'some'],
    ['toString', 'all'],
  ])('G7: there is no policy %s with the value %s', (name, value) => {
    program
      .given(created)
      .when({ type: 'ChangePolicy', data: { name, value, by: 'olivia' } })
      .thenThrows(PolicyUnknown);
  });

  it('G7: policies chosen at the creation apply, and the default for the rest', () => {
    const chosen: ProgramEvent = {
      type: 'ProgramCreated',
      data: { ...data, policies: { consentMode: 'single_opt_in' } },
    };
    expect(programDecider.evolve({ status: 'none' }, chosen)).toMatchObject({
      policies: { ...defaultPolicies, consentMode: 'single_opt_in' },
    });
  });

  it('G5: is created once', () => {
    program.given().when({ type: 'CreateProgram', data }).then(created);
    program.given(created).when({ type: 'CreateProgram', data }).thenThrows(ProgramExists);
  });

  it.each(['Reply YES to get texts', 'Reply YES. STOPPING is easy', ''])(
    'K14: the text that asks for consent must say how to opt out; %j does not',
    (text) => {
      program
        .given()
        .when({ type: 'CreateProgram', data: { ...data, optInText: { version: '1', text } } })
        .thenThrows(OptInTextWithoutOptOut);
    },
  );

  it('T3: a sender is stored with its account', () =>
    program.given(created).when({ type: 'AddSender', data: sender }).then(added));

  it.each(['', '   ', '\n'])('T3: a sender with the token %j is not stored', (authToken) => {
    program
      .given(created)
      .when({ type: 'AddSender', data: { ...sender, authToken } })
      .thenThrows(ProviderTokenMissing);
  });

  it('K1: the same sender again changes nothing; a changed number is another sender', () => {
    program.given(created, added).when({ type: 'AddSender', data: sender }).thenNothing();
    const other = { ...sender, senderId: 'sender-2', phone: '+15550002222' };
    program.given(created, added).when({ type: 'AddSender', data: other }).then({ type: 'SenderAdded', data: other });
  });

  it('T3: a sender whose account or token changed is the same sender with the new one', () => {
    const { phone: _, ...credentials } = { ...sender, authToken: 'a new token' };
    program
      .given(created, added)
      .when({ type: 'AddSender', data: { ...sender, authToken: 'a new token' } })
      .then({ type: 'SenderCredentialsChanged', data: credentials });
    const state = [created, added, { type: 'SenderCredentialsChanged', data: credentials } as const].reduce(
      (before, event) => programDecider.evolve(before, event),
      programDecider.initialState,
    );
    expect(state).toMatchObject({
      senders: [{ senderId: sender.senderId, phone: sender.phone, authToken: 'a new token' }],
    });
  });

  it('T3: during a rotation a sender has two tokens; another account has no former token', () => {
    const { phone: _, ...credentials } = sender;
    const changed = (change: object): ProgramEvent => ({
      type: 'SenderCredentialsChanged',
      data: { ...credentials, ...change },
    });
    const ended: ProgramEvent = { type: 'TokenRotationEnded', data: { programId: 'program-1', senderId: 'sender-1' } };
    const end = { type: 'EndTokenRotation', data: ended.data } as const;
    const tokensAfter = (...events: ProgramEvent[]) => {
      const state = [created, added, ...events].reduce(
        (before, event) => programDecider.evolve(before, event),
        programDecider.initialState,
      );
      return state.status === 'created'
        ? state.senders.map(({ authToken, previousAuthToken }) => [authToken, previousAuthToken])
        : [];
    };
    expect(tokensAfter()).toEqual([['secret', null]]);
    expect(tokensAfter(changed({ authToken: 'second' }))).toEqual([['second', 'secret']]);
    expect(tokensAfter(changed({ authToken: 'second' }), changed({ authToken: 'third' }))).toEqual([
      ['third', 'second'],
    ]);
    expect(tokensAfter(changed({ authToken: 'second' }), ended)).toEqual([['second', null]]);
    expect(tokensAfter(changed({ accountSid: 'AC2', authToken: 'second' }))).toEqual([['second', null]]);
    program
      .given(created, added, changed({ authToken: 'second' }))
      .when(end)
      .then(ended);
    program.given(created, added).when(end).thenNothing();
    program
      .given(created, added, changed({ authToken: 'second' }), ended)
      .when(end)
      .thenNothing();
    program.given(created).when(end).thenThrows(SenderNotFound);
  });

  it('G5: a sender cannot be added to a program that does not exist', () =>
    program.given().when({ type: 'AddSender', data: sender }).thenThrows(ProgramNotFound));

  it('N1: the places that emails link to are those of the last change', () => {
    const links = {
      portalLink: 'https://new.example/{conversationId}',
      consoleLink: 'https://c.example',
      by: 'olivia',
    };
    const change = { type: 'ChangeLinkTemplates', data: links } as const;
    const changed: ProgramEvent = { type: 'LinkTemplatesChanged', data: links };
    program.given(created).when(change).then(changed);
    program.given(created, changed).when(change).thenNothing();
    program.given().when(change).thenThrows(ProgramNotFound);
  });

  it('M5: the sites that may show the widget are those of the last change', () => {
    const set = (...origins: string[]): ProgramEvent => ({ type: 'WidgetOriginsSet', data: { origins } });
    const command = { type: 'SetWidgetOrigins', data: { origins: ['https://shop.example'] } } as const;
    program.given(created, set('https://old.example')).when(command).then(set('https://shop.example'));
    program.given().when(command).thenThrows(ProgramNotFound);
    const state = [created, set('https://old.example'), set()].reduce(
      (before, event) => programDecider.evolve(before, event),
      programDecider.initialState,
    );
    expect(state).toMatchObject({ widgetOrigins: [] });
  });

  it('G7: a new name is stored once', () => {
    const renamed: ProgramEvent = { type: 'ProgramRenamed', data: { name: 'Beta', by: 'olivia' } };
    const rename = { type: 'RenameProgram', data: renamed.data } as const;
    program.given(created).when(rename).then(renamed);
    program.given(created, renamed).when(rename).thenNothing();
  });

  it('G7: each text that asks for YES has a version of its own and says how to opt out', () => {
    const changed = (version: string, text: string): ProgramEvent => ({
      type: 'OptInTextChanged',
      data: { optInText: { version, text }, by: 'olivia' },
    });
    const change = (text: string) => ({ type: 'ChangeOptInText', data: { text, by: 'olivia' } }) as const;
    program.given(created).when(change('YES or STOP')).then(changed('2', 'YES or STOP'));
    program.given(created, changed('2', 'YES or STOP')).when(change('YES or STOP')).thenNothing();
    program.given(created, changed('3', 'YES or STOP')).when(change('STOP or YES')).then(changed('4', 'STOP or YES'));
    program.given(created).when(change('Reply YES')).thenThrows(OptInTextWithoutOptOut);
  });
});
