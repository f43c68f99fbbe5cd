/** How far a provider's statuses are. Of several final ones the best news counts: an attempt that failed is not the one that arrived. */
const forward = ['accepted', 'scheduled', 'queued', 'sending', 'sent', 'canceled', 'failed', 'undelivered', 'partially_delivered', 'delivered', 'read'];

/**
 * Of two statuses the one that is further, whichever came first: callbacks come in any order and more than once. A status
 * we do not know is kept and never hides one we know.
 */
export function furtherStatus(current: string | null, next: string): string {
  if (current === null) return next;
  const ahead = forward.indexOf(next) - forward.indexOf(current);
  return ahead > 0 || (ahead === 0 && next > current) ? next : current;
}

export const isFailure = (status: string): boolean => status === 'undelivered' || status === 'failed' || status === 'canceled';

/** The provider's error codes in words, for the staff. */
const words: Readonly<Record<string, string>> = {
  '20429': 'The provider asked us to slow down',
  '21211': 'The number is not valid',
  '21408': 'The account may not text this country',
  '21602': 'The text was empty',
  '21606': 'The sender number cannot send this text',
  '21608': 'A trial account can only text verified numbers',
  '21610': 'The contact has opted out at the provider',
  '21611': 'The sender has too many texts waiting',
  '21614': 'The number cannot receive texts',
  '21617': 'The text is too long',
  '30001': 'The provider had too many texts waiting',
  '30002': 'The provider account is suspended',
  '30003': 'The phone is unreachable: switched off or out of coverage',
  '30004': 'The text was blocked',
  '30005': 'The number does not exist',
  '30006': 'The number cannot receive texts: a landline, or a carrier that cannot be reached',
  '30007': 'The carrier filtered the text',
  '30008': 'The carrier gave no reason',
  '30022': 'The sender has used up its rate at the carrier',
  '30034': 'The sender is not registered for texting in the United States',
};

export const reasonInWords = (code: string): string => words[code] ?? `The provider reports error ${code}`;
