import {
  ERASED,
  isErased,
  unlessErased,
  type EventTypes,
  type JsonObject,
  type Message,
  type Open,
  type Personal,
} from './index.js';

type Written = Message<
  'Written',
  { by: string; text: Personal<string>; place: Personal<string> | null; note?: Personal<string>; more?: JsonObject }
>;
type Moved = Message<'Moved', { by: string }>;
type Events = Written | Moved;

const declared = {
  Written: { version: 1, sealed: { text: 'by', place: 'by', note: 'by' } },
  Moved: { version: 1 },
} as const satisfies EventTypes<Events>;

const { sealed } = declared.Written;

// The compiler is the test: without the expected error, each of these lines fails the build.
export const refusedByTheCompiler = [
  // @ts-expect-error a personal field that is not sealed
  { ...declared, Written: { version: 1, sealed: { text: 'by', place: 'by' } } } satisfies EventTypes<Events>,
  // @ts-expect-error personal fields, none of them sealed
  { ...declared, Written: { version: 1 } } satisfies EventTypes<Events>,
  // @ts-expect-error a sealed field whose type does not allow erasure
  { ...declared, Written: { version: 1, sealed: { ...sealed, more: 'by' } } } satisfies EventTypes<Events>,
  // @ts-expect-error the same in an event without personal data
  { ...declared, Moved: { version: 1, sealed: { by: 'by' } } } satisfies EventTypes<Events>,
  // @ts-expect-error a subject that is sealed itself
  { ...declared, Written: { version: 1, sealed: { ...sealed, text: 'place' } } } satisfies EventTypes<Events>,
  // @ts-expect-error erasable text is not a string
  (text: Written['data']['text']): string => text,
  // @ts-expect-error erasable text has no string methods
  (text: Written['data']['text']): boolean => text.includes('token'),
  // @ts-expect-error data of a command is not erased
  { by: 'anna', text: ERASED, place: null } satisfies Open<Written['data']>,
];

describe('erased content', () => {
  it('X8: differs from any content, also after a round trip through JSON', () => {
    expect([ERASED, JSON.parse(JSON.stringify(ERASED))].map(isErased)).toEqual([true, true]);
    for (const content of [
      '[erased]',
      JSON.stringify(ERASED),
      '',
      null,
      undefined,
      [],
      {},
      { erased: 'true' },
      0,
      true,
    ])
      expect(isErased(content)).toBe(false);
  });

  it('X8: is replaced only by what the reader provides', () => {
    expect([
      unlessErased('Rita', null),
      unlessErased(ERASED, null),
      unlessErased<readonly string[]>(ERASED, []),
    ]).toEqual(['Rita', null, []]);
  });

  it('X8: cannot be changed', () => {
    expect(Object.isFrozen(ERASED)).toBe(true);
  });
});
