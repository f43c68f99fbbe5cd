/**
 * Keywords that are recognized when they are the whole text. Stored events refer to the version of this data. Opt-out:
 * 47 CFR 64.1200(a)(10) and the provider's list; START and UNSTOP opt in; YES only answers an opt-in request.
 */
export const keywordList = {
  version: '2026-11-24',
  optOut: ['STOP', 'STOPALL', 'END', 'QUIT', 'CANCEL', 'UNSUBSCRIBE', 'REVOKE', 'OPTOUT', 'OPT OUT'],
  optIn: ['START', 'UNSTOP'],
  confirm: ['YES'],
  help: ['HELP', 'INFO'],
  /** Beginnings of lines that phones and mail programs add below a text. */
  signatures: [
    '--',
    '—',
    '–',
    '- ',
    '___',
    'sent from',
    'sent via',
    'sent with',
    'sent using',
    'get outlook for',
    'enviado desde',
    'enviado do',
    'envoyé de',
    'inviato da',
    'gesendet von',
    'von meinem',
  ],
  /** The beginning of a line that introduces a quoted message. */
  quotes: ['>', '|', '"', '“', '«', '-----original message', '________', 'on .+ wrote:', 'from:.+'],
} as const;

export type Keyword = { readonly kind: 'opt-out' | 'opt-in' | 'confirm' | 'help'; readonly word: string };

const byWord = new Map<string, Keyword>([
  ...keywordList.optOut.map((word) => [word, { kind: 'opt-out', word }] as const),
  ...keywordList.optIn.map((word) => [word, { kind: 'opt-in', word }] as const),
  ...keywordList.confirm.map((word) => [word, { kind: 'confirm', word }] as const),
  ...keywordList.help.map((word) => [word, { kind: 'help', word }] as const),
]);

const startsOf = (starts: readonly string[]): string => starts.map(asPattern).join('|');
/**
 * A line with which the signature of a phone or mail program begins; a phone's signature can also follow on the same
 * line.
 */
const signature = new RegExp(
  `\\n[^\\S\\n]*(?:${startsOf(keywordList.signatures)})|[\\s.!](?:sent from my|get outlook for) `,
  'iu',
);
const quote = new RegExp(`\\n[^\\S\\n]*(?:${startsOf(keywordList.quotes)})`, 'iu');

/**
 * The keyword of a text, ignoring case, spaces, punctuation, quotes, emoji and Unicode forms; if there is none, the
 * keyword that remains without the signature below it. An opt-out also counts above a quoted message; a keyword that
 * widens consent must be the whole text.
 */
export function keywordOf(text: string): Keyword | null {
  const unsigned = before(signature, text);
  const keyword = byWord.get(wordsOf(text)) ?? byWord.get(wordsOf(unsigned)) ?? null;
  if (keyword !== null) return keyword;
  const unquoted = byWord.get(wordsOf(before(signature, before(quote, text))));
  return unquoted?.kind === 'opt-out' || unquoted?.kind === 'help' ? unquoted : null;
}

const before = (pattern: RegExp, text: string): string => text.trimStart().split(pattern, 1)[0] ?? '';

const wordsOf = (text: string): string =>
  text
    // Before normalization, which turns some emoji into letters.
    .replace(/\p{Extended_Pictographic}/gu, '')
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/[^\p{L}\p{N}\s]/gu, '')
    .trim()
    .replace(/\s+/g, ' ');

/** Only entries with `.+` are patterns, whose line may be wrapped once; the others are plain words. */
function asPattern(start: string): string {
  return start.includes('.+') ? start.replace('.+', '[^\\n]+(?:\\n[^\\n]+)?') : start.replace(/[|\\]/g, '\\$&');
}
