import { v5, validate, version } from 'uuid';
import { naturalId } from './ids.js';

describe('naturalId', () => {
  it.each([[['conversation', 'p', 'c', 'general']], [['é', '🙂', '']], [[]]])(
    'is the UUID of version 5 of its parts: %j',
    (parts) => {
      const id = naturalId(...parts);
      expect(id).toBe(v5(JSON.stringify(parts), '5f3d9a52-5b0e-4f0e-9c39-0a6f3f0f8b11'));
      expect([validate(id), version(id)]).toEqual([true, 5]);
    },
  );

  it('keeps parts apart', () => {
    expect(naturalId('a', 'b')).not.toBe(naturalId('ab'));
  });
});
