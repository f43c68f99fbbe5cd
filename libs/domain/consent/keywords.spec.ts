import fc from 'fast-check';
import { keywordList, keywordOf } from './keywords.js';

const optOut = ['STOP', 'STOPALL', 'END', 'QUIT', 'CANCEL', 'UNSUBSCRIBE', 'REVOKE', 'OPTOUT', 'OPT OUT'];
const kinds = [
  ...optOut.map((word) => [word, 'opt-out'] as const),
  ...['START', 'UNSTOP'].map((word) => [word, 'opt-in'] as const),
  ['YES', 'confirm'] as const,
  ...['HELP', 'INFO'].map((word) => [word, 'help'] as const),
];

/** Different ways to write the same letter. */
const letterForms: readonly ((letter: string) => string)[] = [
  (letter) => letter.toUpperCase(),
  (letter) => letter.toLowerCase(),
  (letter) => (/[A-Z]/.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter), // full-width
  (letter) => (/[A-Z]/.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) - 65 + 0x1d400) : letter), // mathematical bold
  (letter) => `${letter}\u0301`, // with an accent
  (letter) => `${letter}\u200b`, // with a zero-width space
];
const around = fc
  .array(
    fc.constantFrom(
      ' ',
      '\t',
      '\n',
      '\u00a0',
      '\u3000',
      '.',
      '!',
      '?',
      ',',
      '"',
      "'",
      '“',
      '”',
      '‘',
      '’',
      '«',
      '»',
      '*',
      '-',
      '—',
      '…',
      '(',
      ')',
      '¡',
      '！',
      '🛑',
      '🙏🏽',
      '👨‍👩‍👧',
      '❤️',
      '™️',
      'ℹ️',
      '🇺🇸',
    ),
    { maxLength: 6 },
  )
  .map((signs) => signs.join(''));

const written = (word: string) =>
  fc
    .tuple(
      around,
      around,
      fc.array(fc.constantFrom(...letterForms), { minLength: word.length, maxLength: word.length }),
    )
    .map(
      ([before, behind, forms]) =>
        before + [...word].map((letter, index) => forms[index]?.(letter) ?? letter).join('') + behind,
    );

describe('keywords', () => {
  it('K3: are those of the requirements, with a version', () => {
    expect(keywordList.optOut.toSorted()).toEqual(optOut.toSorted());
    expect(keywordList.optIn).toEqual(['START', 'UNSTOP']);
    expect(keywordList.confirm).toEqual(['YES']);
    expect(keywordList.help).toEqual(['HELP', 'INFO']);
    expect(keywordList.version).toMatch(/\S/);
  });

  it.each(kinds)('K3: %s is a keyword of the kind %s', (word, kind) => {
    expect(keywordOf(word)).toEqual({ kind, word });
  });

  it.each(kinds)(
    'K3: %s is recognized in any case, with spaces, punctuation, quotes, emoji and Unicode forms',
    (word, kind) => {
      fc.assert(fc.property(written(word), (text) => expect(keywordOf(text)).toEqual({ kind, word })));
    },
  );

  it.each([
    ['stop', 'STOP'],
    ['  Stop.  ', 'STOP'],
    ['“STOP”', 'STOP'],
    ['S.T.O.P.', 'STOP'],
    ['S-T-O-P', 'STOP'],
    ['ＳＴＯＰ', 'STOP'],
    ['STOP 🛑', 'STOP'],
    ['STOP ™️', 'STOP'],
    ['HELP ℹ️', 'HELP'],
    ['\u202aSTOP\u202c', 'STOP'],
    ['stop-all', 'STOPALL'],
    ['opt out', 'OPT OUT'],
    ['Opt\nOut!', 'OPT OUT'],
    ['opt  out', 'OPT OUT'],
    ['yes!!!', 'YES'],
  ])('K3: %j is %s', (text, word) => {
    expect(keywordOf(text)?.word).toBe(word);
  });

  it.each(['opt-out', 'OPT‑OUT', 'opt–out', 'opt_out'])('K3: %j is an opt-out', (text) => {
    expect(keywordOf(text)?.kind).toBe('opt-out');
  });

  it.each([
    "don't stop",
    'don’t stop',
    'dont stop',
    'STOP PLEASE',
    'please stop',
    'stop it',
    'STOPPED',
    'non-stop',
    'Yes please',
    'yes, stop',
    'The end',
    'help me',
    'more info',
    'START over',
    'I quit my job',
    'opt',
    'out opt',
    '',
    '🛑',
    '…',
    'constructor',
  ])('K4: %j is not a keyword', (text) => {
    expect(keywordOf(text)).toBeNull();
  });

  it.each([
    'STOP\n\nSent from my iPhone',
    'Stop\r\nSent from my Galaxy',
    'stop Sent from my iPhone',
    'STOP\n--\nRosa Diaz\n+1 415 555 0132',
    'STOP\nGet Outlook for Android',
    'Stop.\nSent via Yahoo Mail',
    'STOP\nEnviado desde mi iPhone',
    'STOP\nEnvoyé de mon iPhone',
    'STOP\nVon meinem iPhone gesendet',
    'STOP\n> Your bonus is on its way',
    'STOP\n“Your bonus is on its way”',
    'Stop\nOn Mon, Jan 5, 2026 at 9:00 AM Acme wrote:\nYour bonus is on its way',
    'stop\n-----Original Message-----\nFrom: Acme\nHello',
    'STOP\n________________________________\nFrom: Acme',
    'STOP\n— Joe',
    'STOP\nSent with Proton Mail',
    'STOP\nEnviado do meu iPhone',
    'STOP.Sent from my iPhone',
    'Stop\nOn Mon, Jan 5, 2026\nat 9:00 AM Acme wrote:\n> Hello',
  ])('K3: an opt-out with a signature or a quoted message below it is an opt-out: %j', (text) => {
    expect(keywordOf(text)).toEqual({ kind: 'opt-out', word: 'STOP' });
  });

  it.each([
    'Please stop by\nSent from my iPhone',
    'Sent from my iPhone',
    'I read this:\n> STOP',
    'Hello\nSTOP',
    'Stop what?\n-- \nRosa',
  ])('K4: %j is not an opt-out: the word is not the whole text', (text) => {
    expect(keywordOf(text)).toBeNull();
  });

  it.each(['START\nFrom: Monday on', 'YES\n> Reply YES to get texts', 'START\n“please do not stop”'])(
    'K3: a keyword that widens consent must be the whole text: %j',
    (text) => {
      expect(keywordOf(text)).toBeNull();
    },
  );

  it('K3: a long text without words is handled quickly', () => {
    expect(keywordOf('\n'.repeat(200_000))).toBeNull();
  });

  it('K4: a keyword with any other word beside it is not a keyword', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/).filter((other) => !['opt', 'out'].includes(other));
    fc.assert(
      fc.property(fc.constantFrom(...kinds), word, fc.boolean(), ([keyword], other, first) =>
        expect(keywordOf(first ? `${other} ${keyword}` : `${keyword} ${other}`)).toBeNull(),
      ),
    );
  });

  it('K3: any text is accepted', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(() => keywordOf(text)).not.toThrow()));
  });
});
