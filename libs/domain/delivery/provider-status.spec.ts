import fc from 'fast-check';
import { furtherStatus, isFailure } from './provider-status.js';

const ranks = [
  ['accepted'],
  ['scheduled'],
  ['queued'],
  ['sending'],
  ['sent'],
  ['delivered', 'undelivered', 'failed', 'canceled', 'read'],
];
const known = ranks.flatMap((names, rank) => names.map((name) => ({ name, rank })));
const anyStatus = fc.oneof(fc.constantFrom(...known.map(({ name }) => name), 'partially_delivered'), fc.string());

describe('provider status', () => {
  it('M7: each status of a higher rank wins over one of a lower rank, whichever comes first', () => {
    for (const earlier of known)
      for (const later of known.filter(({ rank }) => rank > earlier.rank)) {
        expect(furtherStatus(earlier.name, later.name)).toBe(later.name);
        expect(furtherStatus(later.name, earlier.name)).toBe(later.name);
      }
  });

  it('M7: the order of two statuses does not matter', () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, (a, b) =>
        expect(furtherStatus(furtherStatus(null, a), b)).toBe(furtherStatus(furtherStatus(null, b), a)),
      ),
    );
  });

  it('T2: a delivered attempt counts, although another attempt failed', () => {
    for (const failure of ['failed', 'undelivered', 'canceled'])
      expect(furtherStatus(failure, 'delivered')).toBe('delivered');
  });

  it('T4: an unknown status is stored and hides no known one', () => {
    expect(furtherStatus(null, 'teleported')).toBe('teleported');
    for (const { name } of known) {
      expect(furtherStatus(name, 'teleported')).toBe(name);
      expect(furtherStatus('teleported', name)).toBe(name);
    }
  });

  it('M7: failures are distinguished from other statuses', () => {
    expect(known.map(({ name }) => name).filter(isFailure)).toEqual(['undelivered', 'failed', 'canceled']);
  });
});
