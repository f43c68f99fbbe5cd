import fc from 'fast-check';
import { DamagedStream, withoutGap } from './damaged-stream.js';
import type { RecordedStoredEvent } from './event-store.js';

const at = (revision: number): RecordedStoredEvent => ({
  id: String(revision),
  type: 'Happened.v1',
  data: {},
  metadata: {},
  stream: 'thing-1',
  revision,
  position: String(revision),
});

it('U3: a read that lacks an event at its beginning or between others is refused, and any other is unchanged', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(8), fc.nat(8), (from, count, missing) => {
      const whole = Array.from({ length: count }, (_, index) => at(from + index));
      expect(withoutGap('thing-1', from, whole)).toBe(whole);
      const rest = whole.filter((_, index) => index !== missing);
      // The last event may not be written yet.
      if (missing >= count - 1) expect(withoutGap('thing-1', from, rest)).toEqual(rest);
      else expect(() => withoutGap('thing-1', from, rest)).toThrow(DamagedStream);
    }),
  );
});

it('U3: the error names the stream and revisions', () => {
  expect(() => withoutGap('thing-1', 2, [at(4)])).toThrow(
    'Stream thing-1 is damaged: event 2 cannot be read; the first readable event after it is 4. Restore the record from a backup',
  );
});
