import { RateLimit, rateLimitHeaders } from './rate-limit.js';

describe('a quota', () => {
  it('G4: applies to each key separately, and shows what is left', () => {
    const limit = new RateLimit('token', 3);
    expect([1, 2, 3, 4].map(() => limit.take('a')).map(({ remaining, isExceeded }) => [remaining, isExceeded])).toEqual(
      [
        [2, false],
        [1, false],
        [0, false],
        [0, true],
      ],
    );
    expect(limit.take('b')).toMatchObject({ remaining: 2, isExceeded: false });
    expect(limit.take('c', 5)).toMatchObject({ remaining: 0, isExceeded: true });
  });

  it('is full again a minute after its first use', () => {
    jest.useFakeTimers();
    try {
      const limit = new RateLimit('token', 1);
      limit.take('a');
      jest.advanceTimersByTime(59_000);
      expect(limit.take('a')).toMatchObject({ isExceeded: true, resetsInSeconds: 1 });
      jest.advanceTimersByTime(1_001);
      expect(limit.take('a')).toMatchObject({ isExceeded: false, resetsInSeconds: 60 });
    } finally {
      jest.useRealTimers();
    }
  });

  it('uses bounded memory: keys used longest ago are forgotten', () => {
    const limit = new RateLimit('address', 1);
    limit.take('first');
    for (let index = 0; index < 20_000; index += 1) limit.take(String(index));
    expect(limit.take('first')).toMatchObject({ isExceeded: false });
    expect(limit.take('19999')).toMatchObject({ isExceeded: true });
  });

  it('is shown in the fields of the standard', () => {
    const [token, program] = [new RateLimit('token', 10), new RateLimit('program', 100)];
    expect(rateLimitHeaders([token.take('a'), program.take('p', 7)])).toEqual({
      'ratelimit-policy': '"token";q=10;w=60, "program";q=100;w=60',
      ratelimit: '"token";r=9;t=60, "program";r=93;t=60',
    });
  });
});
