import fc from 'fast-check';
import { sample } from '@app/sample-program';
import { NOBODY, type Input } from './api.fixture.js';

const character = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  fc.constantFrom('\u0000', '\ud800', '\udfff', '\u202e', '\ufeff', '\u0085', '\u2028', "'", '"', '%', '\\', '\n'),
);
const wildText = fc.oneof(
  fc.string({ unit: character, maxLength: 30 }),
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    'toString',
    'null',
    'NaN',
    '-0',
    '1e999',
    '../../etc',
    '${7*7}',
    '{{x}}',
    "' OR 1=1 --",
    '$ne',
    '\ud83d\ude00'.repeat(50),
  ),
  fc.integer({ min: 1_000, max: 6_000 }).map((length) => 'x'.repeat(length)),
);
const deep = fc
  .integer({ min: 10, max: 3_000 })
  .map((depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown);
const wildNumber = fc.oneof(fc.double(), fc.constantFrom(0, -0, -1, 1e308, Number.MAX_SAFE_INTEGER + 2, 2 ** 31, 0.1));
const wildObject = fc.dictionary(
  fc.oneof(wildText, fc.constantFrom('$ne', 'length', 'then', 'toJSON', 'valueOf')),
  fc.oneof(wildText, wildNumber, fc.constant(null)),
  { maxKeys: 4 },
);

/** Random JSON values, of problematic kinds. */
export const wild: fc.Arbitrary<unknown> = fc.oneof(
  wildText,
  wildNumber,
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(wildText, wildNumber, fc.constant(null)), { maxLength: 12 }),
  wildObject,
  deep,
  fc.jsonValue({ maxDepth: 4 }),
);

const ids = fc.constantFrom<string>(
  sample.conversationId,
  sample.contact.id,
  sample.referralId,
  NOBODY,
  NOBODY.toUpperCase(),
);
/** Values that are valid for some field. */
const good = fc.oneof(
  ids,
  fc.constantFrom(
    '+14155550190',
    '+44 20 7946 0958',
    'a@b.example',
    'in-app',
    'sms',
    'referrer',
    'Hello',
    'resend',
    'leave',
    'all',
    'unread',
    'asc',
    'desc',
    'accepted',
    '2026-01-01T00:00:00Z',
    'marketing',
    '1',
    '7',
    '00000000000000000001',
  ),
  fc.constantFrom(true, false, null),
  fc.constantFrom(['+14155550191'], ['a@b.example'], []),
);

/** An object with these fields, most of them valid, and sometimes others. */
export const almost = (
  fields: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<Readonly<Record<string, unknown>>> =>
  fc
    .tuple(
      fc.record(
        Object.fromEntries(
          Object.entries(fields).map(([name, choices]) => [
            name,
            fc.oneof(
              { weight: 4, arbitrary: choices.length > 0 ? fc.constantFrom(...choices) : good },
              { weight: 2, arbitrary: good },
              { weight: 2, arbitrary: wild },
            ),
          ]),
        ),
        { requiredKeys: [] },
      ),
      fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, wildObject),
    )
    .map(([known, other]) => ({ ...known, ...other }));

/** A body: nearly valid JSON, any JSON, or invalid JSON. */
export const bodyOf = (fields: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 8, arbitrary: almost(fields).map((body) => JSON.stringify(body)) },
    { weight: 2, arbitrary: wild.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: wildText },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        undefined,
        '',
        '{',
        '[',
        '{"a":}',
        '{"__proto__":{}}',
        '{"constructor":{"prototype":{}}}',
        '\u0000',
        '1e999',
        '"\\ud800"',
      ),
    },
  );

/** A part of a URL: an id, any encoded text, or an invalid encoding. */
export const segment: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: ids },
  { weight: 2, arbitrary: wildText.map((text) => encodeURIComponent(text.toWellFormed())) },
  fc.constantFrom('%', '%zz', '%ff', '%00', '%2e%2e', '..', '%C0%80', '%ED%A0%80', '*', '__proto__', 'a'.repeat(200)),
);

export const query = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 6, arbitrary: fc.constantFrom('position', ...names) }, segment),
        fc.oneof({ weight: 4, arbitrary: good.map((value) => encodeURIComponent(String(value))) }, segment),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`));

const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
export const headers: fc.Arbitrary<NonNullable<Input['headers']>> = fc
  .record(
    {
      'idempotency-key': fc.oneof(headerText, fc.constantFrom('k', 'x'.repeat(200), 'x'.repeat(300))),
      'if-match': fc.oneof(headerText, fc.constantFrom('"0"', '"1"', '*', '9'.repeat(15))),
      'content-type': fc.oneof(
        headerText,
        fc.constantFrom(
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=utf-16',
          'APPLICATION/JSON',
          'application/json;;',
          'multipart/form-data',
          'application/graphql',
        ),
      ),
      accept: headerText,
      origin: headerText,
      'accept-encoding': headerText,
      'x-twilio-signature': headerText,
      'x-forwarded-host': headerText,
    },
    { requiredKeys: [] },
  )
  .chain((all) => fc.shuffledSubarray(Object.entries(all)).map((some) => Object.fromEntries(some.slice(0, 2))));

export const caller: fc.Arbitrary<NonNullable<Input['as']> | null> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(sample.owner, sample.manager, sample.agent, sample.contact) },
  fc.constantFrom(null, 'x.y.z', 'eyJhbGciOiJub25lIn0.e30.'),
);
