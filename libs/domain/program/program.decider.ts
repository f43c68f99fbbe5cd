import { decideByType, DomainError, type Decider, type Message, type Open, type Personal } from '@app/kernel';
import { defaultPolicies, isPolicy, isPolicyChoice, type Policies } from './policies.js';
import type {
  LinkTemplatesChanged,
  OptInText,
  ProgramCreated,
  ProgramEvent,
  ProgramRenamed,
  SenderAdded,
  TokenRotationEnded,
  WidgetOriginsSet,
} from './program.events.js';

export type ProgramCommand =
  | Message<'CreateProgram', ProgramCreated['data']>
  /** The decider checks name and value. */
  | Message<'ChangePolicy', { name: string; value: string; by: string }>
  | Message<'RenameProgram', ProgramRenamed['data']>
  /** The decider gives the text a version of its own, since evidence of consent names it. */
  | Message<'ChangeOptInText', { text: string; by: string }>
  | Message<'AddSender', Open<SenderAdded['data']>>
  | Message<'EndTokenRotation', TokenRotationEnded['data']>
  | Message<'SetWidgetOrigins', WidgetOriginsSet['data']>
  | Message<'ChangeLinkTemplates', LinkTemplatesChanged['data']>;

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
      /** The versions of every text that asked for YES. */
      readonly optInVersions: readonly string[];
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
      checkOptInText(command.data.optInText.text);
      return [{ type: 'ProgramCreated', data: command.data }];
    }
    if (state.status === 'none') throw new ProgramNotFound();
    return decideCreated(command, state);
  },

  evolve(state, event) {
    if (event.type === 'ProgramCreated')
      return {
        status: 'created',
        ...event.data,
        policies: { ...defaultPolicies, ...event.data.policies },
        optInVersions: [event.data.optInText.version],
        senders: [],
        credentials: 0,
        widgetOrigins: [],
      };
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'ProgramRenamed':
        return { ...state, name: event.data.name };
      case 'OptInTextChanged': {
        const { optInText } = event.data;
        return { ...state, optInText, optInVersions: [...state.optInVersions, optInText.version] };
      }
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
      case 'LinkTemplatesChanged': {
        const { portalLink, consoleLink } = event.data;
        return { ...state, portalLink, consoleLink };
      }
    }
  },
};

type Created = Extract<Program, { status: 'created' }>;

const decideCreated = decideByType<Created, Exclude<ProgramCommand, { type: 'CreateProgram' }>, ProgramEvent>({
  ChangePolicy(choice, { policies }) {
    if (!isPolicyChoice(choice)) throw new PolicyUnknown(isPolicy(choice.name) ? 'value' : 'name');
    return policies[choice.name] === choice.value ? [] : [{ type: 'PolicyChanged', data: choice }];
  },
  RenameProgram: (data, { name }) => (name === data.name ? [] : [{ type: 'ProgramRenamed', data }]),
  ChangeOptInText({ text, by }, { optInText, optInVersions }) {
    checkOptInText(text);
    if (optInText.text === text) return [];
    let version = optInVersions.length + 1;
    while (optInVersions.includes(String(version))) version += 1;
    return [{ type: 'OptInTextChanged', data: { optInText: { version: String(version), text }, by } }];
  },
  AddSender(data, { senders }) {
    // With an empty token anybody could sign a webhook.
    if (data.authToken.trim() === '') throw new ProviderTokenMissing();
    const { phone: _, ...credentials } = data;
    const known = senders.find(({ senderId }) => senderId === data.senderId);
    if (!known) return [{ type: 'SenderAdded', data }];
    const isSame = known.accountSid === data.accountSid && known.authToken === data.authToken;
    return isSame ? [] : [{ type: 'SenderCredentialsChanged', data: credentials }];
  },
  EndTokenRotation(data, { senders }) {
    const sender = senders.find(({ senderId }) => senderId === data.senderId);
    if (!sender) throw new SenderNotFound();
    return sender.previousAuthToken === null ? [] : [{ type: 'TokenRotationEnded', data }];
  },
  SetWidgetOrigins: (data, { widgetOrigins }) =>
    data.origins.join(' ') === widgetOrigins.join(' ') ? [] : [{ type: 'WidgetOriginsSet', data }],
  ChangeLinkTemplates: (data, { portalLink, consoleLink }) =>
    portalLink === data.portalLink && consoleLink === data.consoleLink ? [] : [{ type: 'LinkTemplatesChanged', data }],
});

/** The opt-in request must say how to opt out. @throws OptInTextWithoutOptOut */
function checkOptInText(text: string): void {
  if (!/\bSTOP\b/.test(text)) throw new OptInTextWithoutOptOut();
}

const withSender = (program: Created, senderId: string, change: (sender: Sender) => Sender): Program => ({
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
/** The portal and the widget are not available. */
export class MessagesDisabled extends DomainError {
  readonly code = 'MessagesDisabled';
  override readonly kind = 'forbidden';
  constructor() {
    super('Messages in the portal are switched off in this program (its policy messagesEnabled)');
  }
}
/** There is no policy of this name, or it has no such value. */
export class PolicyUnknown extends DomainError {
  readonly code = 'PolicyUnknown';
  constructor(override readonly field: 'name' | 'value') {
    super(field === 'name' ? 'There is no such policy' : 'The policy has no such value');
  }
}
