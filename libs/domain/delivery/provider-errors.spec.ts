import { providerErrors, reasonInWords } from './provider-errors.js';

const codes = [
  '20429',
  '21211',
  '21614',
  '30005',
  '30006',
  '21408',
  '21606',
  '21608',
  '30034',
  '21610',
  '21611',
  '30001',
  '30022',
  '30003',
  '30008',
  '30004',
  '30007',
  '21602',
  '21617',
  '20003',
];

describe('the provider’s errors', () => {
  it.each(codes)('M7: error %s has a description', (code) => {
    expect(reasonInWords(code)).not.toContain(code);
  });

  it('M7: an unknown error is described by its code', () => {
    expect(reasonInWords('39999')).toContain('39999');
    expect(reasonInWords('ECONNREFUSED')).toBe('The provider cannot be reached (ECONNREFUSED)');
  });

  it.each([
    ['20003', 'account'],
    ['21606', 'sender'],
    ['30034', 'sender'],
    ['21408', 'country'],
  ])('T8: %s is a configuration error and holds the %s until somebody has changed it', (code, reach) => {
    expect(providerErrors[code]?.waits).toEqual({ reach, firstPauseMs: 60_000 });
  });

  it.each([
    ['20429', 'account'],
    ['21611', 'sender'],
    ['30001', 'sender'],
    ['30022', 'sender'],
  ])('T8: %s passes, with back-off for the %s', (code, reach) => {
    expect(providerErrors[code]?.waits).toEqual({ reach, firstPauseMs: 2_000 });
  });

  it.each(['21608', '21211', '21614', '21610', '21602', '21617', '30003', '30007'])(
    'T8: %s fails only this text',
    (code) => {
      expect(providerErrors[code]).toBeDefined();
      expect(providerErrors[code]?.waits).toBeUndefined();
    },
  );
});
