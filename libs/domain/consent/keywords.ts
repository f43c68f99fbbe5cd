/**
 * Words that mean something by themselves in a text. Data, with a version that the record refers to.
 * Opt-out: 47 CFR 64.1200(a)(10) and the provider's list; START and UNSTOP opt in; YES only answers a question.
 */
export const keywordList = {
  version: '2026-11',
  optOut: ['STOP', 'STOPALL', 'END', 'QUIT', 'CANCEL', 'UNSUBSCRIBE', 'REVOKE', 'OPTOUT', 'OPT OUT'],
  optIn: ['START', 'UNSTOP'],
  confirm: ['YES'],
  help: ['HELP', 'INFO'],
} as const;

export type Keyword = { readonly kind: 'opt-out' | 'opt-in' | 'confirm' | 'help'; readonly word: string };

const byWord = new Map<string, Keyword>([
  ...keywordList.optOut.map((word) => [word, { kind: 'opt-out', word }] as const),
  ...keywordList.optIn.map((word) => [word, { kind: 'opt-in', word }] as const),
  ...keywordList.confirm.map((word) => [word, { kind: 'confirm', word }] as const),
  ...keywordList.help.map((word) => [word, { kind: 'help', word }] as const),
]);

/** The keyword a text consists of, after case, spaces, punctuation, quotes, emoji and Unicode forms are set aside. */
export function keywordOf(text: string): Keyword | null {
  const words = text
    // Before the normal form, which makes letters of some emoji.
    .replace(/\p{Extended_Pictographic}/gu, '')
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/[^\p{L}\p{N}\s]/gu, '')
    .trim()
    .replace(/\s+/g, ' ');
  return byWord.get(words) ?? null;
}
