/** What an error concerns: all deliveries that share it wait until the cause is gone. */
export type Reach = 'account' | 'sender' | 'country';

export type ProviderError = {
  /** Shown to staff. */
  readonly words: string;
  /** What is held, and for how long at first. Without it the error concerns only this text, which has failed. */
  readonly waits?: { readonly reach: Reach; readonly firstPauseMs: number };
};

/** Somebody has to change something first. */
const MINUTE_MS = 60_000;
/** It passes without intervention. */
const SECONDS_MS = 2_000;

/**
 * What the provider's error codes mean for us. Source: each code's page, https://www.twilio.com/docs/api/errors/<code>.
 * HTTP 401 without a code is 20003.
 */
export const providerErrors: Readonly<Record<string, ProviderError>> = {
  '20003': {
    words: 'The provider refuses the account or its token',
    waits: { reach: 'account', firstPauseMs: MINUTE_MS },
  },
  '20005': { words: 'The provider account is not active', waits: { reach: 'account', firstPauseMs: MINUTE_MS } },
  '20429': { words: 'The provider asked us to slow down', waits: { reach: 'account', firstPauseMs: SECONDS_MS } },
  '21211': { words: 'The number is not valid' },
  '21408': { words: 'The account may not text this country', waits: { reach: 'country', firstPauseMs: MINUTE_MS } },
  '21602': { words: 'The text was empty' },
  '21606': { words: 'The sender number cannot send this text', waits: { reach: 'sender', firstPauseMs: MINUTE_MS } },
  '21608': { words: 'A trial account can only text verified numbers' },
  '21610': { words: 'The contact has opted out at the provider' },
  '21611': { words: 'The sender has too many texts waiting', waits: { reach: 'sender', firstPauseMs: SECONDS_MS } },
  '21614': { words: 'The number cannot receive texts' },
  '21617': { words: 'The text is too long' },
  '30001': { words: 'The provider had too many texts waiting', waits: { reach: 'sender', firstPauseMs: SECONDS_MS } },
  '30002': { words: 'The provider account is suspended' },
  '30003': { words: 'The phone is unreachable: switched off or out of coverage' },
  '30004': { words: 'The text was blocked' },
  '30005': { words: 'The number does not exist' },
  '30006': { words: 'The number cannot receive texts: a landline, or a carrier that cannot be reached' },
  '30007': { words: 'The carrier filtered the text' },
  '30008': { words: 'The carrier gave no reason' },
  '30022': {
    words: 'The sender has reached its rate limit at the carrier',
    waits: { reach: 'sender', firstPauseMs: SECONDS_MS },
  },
  '30034': {
    words: 'The sender is not registered for texting in the United States',
    waits: { reach: 'sender', firstPauseMs: MINUTE_MS },
  },
};

/** The description of an error code; network codes, such as ECONNREFUSED, begin with an E. */
export const reasonInWords = (code: string): string =>
  providerErrors[code]?.words ??
  (/^E[A-Z_]+$/.test(code) ? `The provider cannot be reached (${code})` : `The provider reports error ${code}`);
