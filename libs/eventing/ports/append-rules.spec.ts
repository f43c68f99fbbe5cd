import fc from 'fast-check';
import { InvalidAppend, MAX_APPEND_BYTES, serializeAppend } from './append-rules.js';
import type { StoredEvent } from './event-store.js';

const event = (data: StoredEvent['data'], type = 'Happened.v1'): StoredEvent => ({ id: 'a', type, data, metadata: {} });

it('U3: an append is refused from the first byte above the limit, whatever its characters', () => {
  const types = fc.string({ minLength: 1, maxLength: 20 }).filter((type) => !type.startsWith('$'));
  fc.assert(
    fc.property(types, fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom(0, 1), (type, text, over) => {
      const bytes = (padding: number): number =>
        2 * type.length + Buffer.byteLength(JSON.stringify({ text, padding: 'x'.repeat(padding) })) + '{}'.length;
      const padding = MAX_APPEND_BYTES - bytes(0) + over;
      const append = () =>
        serializeAppend('thing-1', 'no-stream', [event({ text, padding: 'x'.repeat(padding) }, type)]);
      if (over === 0) expect(append()).toHaveLength(1);
      else expect(append).toThrow(InvalidAppend);
    }),
    { numRuns: 20 },
  );
});

it('U3: the error of a refused append does not contain the content', () => {
  expect(() => serializeAppend('thing-1', 0, [event({ text: 'Rita wrote' }, '')])).toThrow(
    new InvalidAppend('event-type', 'An event type must not be empty nor begin with a dollar sign: "" in thing-1'),
  );
});
