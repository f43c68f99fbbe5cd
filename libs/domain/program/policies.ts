import { emailChoices } from '@app/kernel';

type Policy = { readonly values: readonly string[]; readonly default: string; readonly means: string };

const policy = <const Values extends readonly string[]>(
  values: Values,
  initial: NoInfer<Values[number]>,
  means: string,
) => ({ values, default: initial, means }) satisfies Policy;

const timeZones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** The settings of a program: one row each, read where the rule is. */
export const policies = {
  smsEnabled: policy(['on', 'off'], 'on', 'Whether texts are sent; those received are recorded in any case'),
  messagesEnabled: policy(['on', 'off'], 'on', 'Whether the portal and the widget show messages and take them'),
  consentMode: policy(
    ['double_opt_in', 'single_opt_in', 'opted_in_by_default'],
    'double_opt_in',
    'What a text requires: a form and a YES by text, a form, or only that the person has not opted out',
  ),
  replyToInbound: policy(
    ['allowed', 'needs_consent'],
    'allowed',
    'Whether staff may answer a person who texted first, without consent',
  ),
  optOutScope: policy(
    ['all', 'automated_only'],
    'all',
    'What an opt-out stops: every text, or only automated ones (staff may still write; the provider may refuse)',
  ),
  unsolicitedMessages: policy(
    ['one', 'unlimited'],
    'one',
    'How many texts staff may send to a person who never replied and is not enrolled: no portal account, no consent',
  ),
  conversationDeletion: policy(
    ['never', 'allowed'],
    'never',
    'Whether staff with the permission may delete a whole conversation; its content cannot be restored',
  ),
  timeZone: policy(timeZones, 'UTC', 'The zone of its calendar days and times, such as those of exports'),
  emailNotifications: policy(
    emailChoices,
    'on',
    'Which emails people get about messages in the app unless they choose otherwise: one each, a digest, or none; if off, nobody gets any',
  ),
} as const;

export type PolicyName = keyof typeof policies;

/** The policies in effect for a program: its own value for each, or the default. */
export type Policies = { readonly [Name in PolicyName]: (typeof policies)[Name]['values'][number] };

/** One policy with one of its values. */
export type PolicyChoice = {
  [Name in PolicyName]: { readonly name: Name; readonly value: Policies[Name] };
}[PolicyName];

export const defaultPolicies = Object.fromEntries(
  Object.entries(policies).map(([name, { default: value }]) => [name, value]),
) as Policies;

export const isPolicy = (name: string): name is PolicyName => Object.hasOwn(policies, name);

/** Whether the policy and the value exist. */
export const isPolicyChoice = (choice: { readonly name: string; readonly value: string }): choice is PolicyChoice =>
  isPolicy(choice.name) && (policies[choice.name].values as readonly string[]).includes(choice.value);
