import { setTimeout as pause } from 'node:timers/promises';
import { AccessTokens, TokenExpired, TokenInvalid } from './access-tokens.js';

const caller = { programId: 'program', id: 'alex', kind: 'member' } as const;

describe('access tokens', () => {
  const tokens = new AccessTokens('a secret of at least 32 characters, for tests');

  it('identify the caller, each time', async () => {
    const token = await tokens.sign(caller);
    expect(await tokens.verify(token)).toEqual(caller);
    expect(await tokens.verify(token)).toEqual(caller);
  });

  it('are cached until they expire and no longer', async () => {
    const token = await tokens.sign(caller, '1s');
    expect(await tokens.verify(token)).toEqual(caller);
    await pause(1_100);
    await expect(tokens.verify(token)).rejects.toThrow(TokenExpired);
  });

  it('of the previous secret are valid during a rotation, and new ones are signed with the new secret', async () => {
    const [first, second] = [
      'the first secret of at least 32 characters',
      'the second secret of at least 32 characters',
    ];
    const old = await new AccessTokens(first).sign(caller);
    const rotating = new AccessTokens(second, first);
    expect(await rotating.verify(old)).toEqual(caller);
    const made = await rotating.sign(caller);
    expect(await rotating.verify(made)).toEqual(caller);
    const rotated = new AccessTokens(second);
    expect(await rotated.verify(made)).toEqual(caller);
    await expect(rotated.verify(old)).rejects.toThrow(TokenInvalid);
    await expect(new AccessTokens(first).verify(made)).rejects.toThrow(TokenInvalid);
    await expect(
      rotating.verify(await new AccessTokens('a third secret of at least 32 characters').sign(caller)),
    ).rejects.toThrow(TokenInvalid);
  });

  it('of the previous secret expire too', async () => {
    const [first, second] = [
      'the first secret of at least 32 characters',
      'the second secret of at least 32 characters',
    ];
    await expect(
      new AccessTokens(second, first).verify(await new AccessTokens(first).sign(caller, '0s')),
    ).rejects.toThrow(TokenExpired);
  });

  it('of another secret are refused', async () => {
    const token = await new AccessTokens('another secret of at least 32 characters').sign(caller);
    await expect(tokens.verify(token)).rejects.toThrow(TokenInvalid);
  });
});
