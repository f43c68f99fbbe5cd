/**
 * Words that mean something by themselves in a text. Data, with a version that the record refers to.
 * Opt-out: 47 CFR 64.1200(a)(10) and the provider's list; START and UNSTOP opt in; YES only answers a question.
 */
export const keywordList = {
  version: '2026-11-24',
  optOut: ['STOP', 'STOPALL', 'END', 'QUIT', 'CANCEL', 'UNSUBSCRIBE', 'REVOKE', 'OPTOUT', 'OPT OUT'],
  optIn: ['START', 'UNSTOP'],
  confirm: ['YES'],
  help: ['HELP', 'INFO'],
  /** How lines begin that phones and mail programs put below a text. */
  signatures: ['--', 'sent from', 'sent via', 'get outlook for', 'enviado desde', 'envoyé de', 'gesendet von', 'von meinem'],
  /** How a line begins from which on an earlier message is quoted. */
  quotes: ['>', '|', '"', '“', '«', '-----original message', '________', 'on .+ wrote:', 'from:.+'],
} as const;

export type Keyword = { readonly kind: 'opt-out' | 'opt-in' | 'confirm' | 'help'; readonly word: string };

const byWord = new Map<string, Keyword>([
  ...keywordList.optOut.map((word) => [word, { kind: 'opt-out', word }] as const),
  ...keywordList.optIn.map((word) => [word, { kind: 'opt-in', word }] as const),
  ...keywordList.confirm.map((word) => [word, { kind: 'confirm', word }] as const),
  ...keywordList.help.map((word) => [word, { kind: 'help', word }] as const),
]);

/** A line from which on nothing is the sender's own word; a signature can also follow on the same line. */
const notTheirWords = new RegExp(`\\n\\s*(?:${[...keywordList.signatures, ...keywordList.quotes].map(asPattern).join('|')})|\\s(?:sent from my|get outlook for) `, 'iu');

/**
 * The keyword a text consists of, after case, spaces, punctuation, quotes, emoji and Unicode forms are set aside; else the
 * one that is left without the signature or the quoted message below it.
 */
export function keywordOf(text: string): Keyword | null {
  const [own = ''] = text.trimStart().split(notTheirWords, 1);
  return byWord.get(wordsOf(text)) ?? byWord.get(wordsOf(own)) ?? null;
}

const wordsOf = (text: string): string =>
  text
    // Before the normal form, which makes letters of some emoji.
    .replace(/\p{Extended_Pictographic}/gu, '')
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/[^\p{L}\p{N}\s]/gu, '')
    .trim()
    .replace(/\s+/g, ' ');

/** Of the data above only these two are patterns; the rest are plain words. */
function asPattern(start: string): string {
  return start.includes('.+') ? start : start.replace(/[|\\]/g, '\\$&');
}
