import { DomainError, type Decider, type Message, type Open, type Personal } from '@app/kernel';
import { defaultPolicies, isPolicyChoice, type Policies } from './policies.js';
import type {
  OptInText,
  PolicyChanged,
  ProgramCreated,
  ProgramEvent,
  SenderAdded,
  TokenRotationEnded,
  WidgetOriginsSet,
} from './program.events.js';

export type ProgramCommand =
  | Message<'CreateProgram', ProgramCreated['data']>
  /** The decider checks name and value. */
  | Message<'ChangePolicy', { name: string; value: string; by: string }>
  | Message<'AddSender', Open<SenderAdded['data']>>
  | Message<'EndTokenRotation', TokenRotationEnded['data']>
  | Message<'SetWidgetOrigins', WidgetOriginsSet['data']>;

/** Webhooks may be signed with `previousAuthToken` too, until the rotation ends; texts are sent with `authToken`. */
export type Sender = {
  readonly senderId: string;
  readonly phone: string;
  readonly accountSid: string;
  readonly authToken: Personal<string>;
  readonly previousAuthToken: Personal<string> | null;
};

export type Program =
  | { readonly status: 'none' }
  | {
      readonly status: 'created';
      readonly programId: string;
      readonly name: string;
      readonly policies: Policies;
      readonly optInText: OptInText;
      readonly portalLink: string;
      readonly consoleLink: string;
      readonly senders: readonly Sender[];
      /** How often accounts and tokens were set or changed. */
      readonly credentials: number;
      readonly widgetOrigins: readonly string[];
    };

export const programDecider: Decider<Program, ProgramCommand, ProgramEvent> = {
  initialState: { status: 'none' },

  decide(command, state) {
    if (command.type === 'CreateProgram') {
      if (state.status === 'created') throw new ProgramExists();
      // The opt-in request must say how to opt out.
      if (!/\bSTOP\b/.test(command.data.optInText.text)) throw new OptInTextWithoutOptOut();
      return [{ type: 'ProgramCreated', data: command.data }];
    }
    if (state.status === 'none') throw new ProgramNotFound();
    if (command.type === 'ChangePolicy') return changePolicy(command.data, state.policies);
    if (command.type === 'SetWidgetOrigins') return [{ type: 'WidgetOriginsSet', data: command.data }];
    if (command.type === 'EndTokenRotation') {
      const sender = state.senders.find(({ senderId }) => senderId === command.data.senderId);
      if (!sender) throw new SenderNotFound();
      return sender.previousAuthToken === null ? [] : [{ type: 'TokenRotationEnded', data: command.data }];
    }
    // With an empty token anybody could sign a webhook.
    if (command.data.authToken.trim() === '') throw new ProviderTokenMissing();
    const { phone: _, ...credentials } = command.data;
    const known = state.senders.find(({ senderId }) => senderId === credentials.senderId);
    if (!known) return [{ type: 'SenderAdded', data: command.data }];
    const isSame = known.accountSid === credentials.accountSid && known.authToken === credentials.authToken;
    return isSame ? [] : [{ type: 'SenderCredentialsChanged', data: credentials }];
  },

  evolve(state, event) {
    if (event.type === 'ProgramCreated')
      return {
        status: 'created',
        ...event.data,
        policies: { ...defaultPolicies, ...event.data.policies },
        senders: [],
        credentials: 0,
        widgetOrigins: [],
      };
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'PolicyChanged':
        return { ...state, policies: { ...state.policies, [event.data.name]: event.data.value } };
      case 'SenderAdded': {
        const { programId: _, ...sender } = event.data;
        return {
          ...state,
          senders: [...state.senders, { ...sender, previousAuthToken: null }],
          credentials: state.credentials + 1,
        };
      }
      case 'SenderCredentialsChanged': {
        const { senderId, accountSid, authToken } = event.data;
        // The token of another account cannot sign webhooks of this one.
        const changed = (former: Sender): Sender => ({
          ...former,
          accountSid,
          authToken,
          previousAuthToken: former.accountSid === accountSid ? former.authToken : null,
        });
        return { ...withSender(state, senderId, changed), credentials: state.credentials + 1 };
      }
      case 'TokenRotationEnded':
        return withSender(state, event.data.senderId, (sender) => ({ ...sender, previousAuthToken: null }));
      case 'WidgetOriginsSet':
        return { ...state, widgetOrigins: event.data.origins };
    }
  },
};

function changePolicy(
  choice: { name: string; value: string; by: string },
  current: Policies,
): readonly PolicyChanged[] {
  if (!isPolicyChoice(choice)) throw new PolicyUnknown();
  return current[choice.name] === choice.value ? [] : [{ type: 'PolicyChanged', data: choice }];
}

const withSender = (
  program: Extract<Program, { status: 'created' }>,
  senderId: string,
  change: (sender: Sender) => Sender,
): Program => ({
  ...program,
  senders: program.senders.map((sender) => (sender.senderId === senderId ? change(sender) : sender)),
});

export class SenderNotFound extends DomainError {
  readonly code = 'SenderNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('The program has no such sender');
  }
}
export class ProgramExists extends DomainError {
  readonly code = 'ProgramExists';
  constructor() {
    super('A program with this id already exists');
  }
}
export class ProgramNotFound extends DomainError {
  readonly code = 'ProgramNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such program');
  }
}
export class ProviderTokenMissing extends DomainError {
  readonly code = 'ProviderTokenMissing';
  override readonly field = 'authToken';
  constructor() {
    super('A sender needs the auth token of its provider account: without one, forged webhooks would be accepted');
  }
}
export class OptInTextWithoutOptOut extends DomainError {
  readonly code = 'OptInTextWithoutOptOut';
  override readonly field = 'optInText';
  constructor() {
    super('The text that asks for consent must say how to opt out: include the word STOP');
  }
}
export class PolicyUnknown extends DomainError {
  readonly code = 'PolicyUnknown';
  override readonly kind = 'invalid';
  override readonly field = 'name';
  constructor() {
    super('There is no such policy, or it has no such value');
  }
}
