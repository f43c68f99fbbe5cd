/** The effect of a keyword on consent. */
export type Meaning = 'opt-out' | 'opt-in' | 'confirm' | 'help';

/**
 * Keywords as contacts write them. Their effect is defined here, independently of the product, so that a word which the
 * product does not recognize is noticed.
 */
export const keywordTexts: Readonly<Record<Meaning, readonly string[]>> = {
  'opt-out': [
    'STOP',
    'stop.',
    'Stop!',
    ' stop ',
    '“Stop”',
    'STOP 🛑',
    'ＳＴＯＰ',
    'STOPALL',
    'Unsubscribe',
    'CANCEL',
    'End',
    'quit',
    'Revoke',
    'OPTOUT',
    'Opt out',
    'STOP\n\nSent from my iPhone',
    'Stop Sent from my iPhone',
    'unsubscribe\n-- \nPat',
    'Stop\n> See you on Tuesday',
  ],
  'opt-in': ['START', 'start!', 'Start', 'UNSTOP', 'unstop.', 'START\n\nSent from my iPhone'],
  confirm: ['YES', 'yes!'],
  help: ['HELP', 'info'],
};

const meanings = new Map(
  Object.entries(keywordTexts).flatMap(([meaning, texts]) => texts.map((text) => [text, meaning as Meaning])),
);

/** `null` for a text that is not a keyword. */
export const meaningOf = (text: string): Meaning | null => meanings.get(text) ?? null;
