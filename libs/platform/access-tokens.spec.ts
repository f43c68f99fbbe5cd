import { setTimeout as pause } from 'node:timers/promises';
import { AccessTokens, TokenExpired, TokenInvalid } from './access-tokens.js';

const caller = { programId: 'program', id: 'alex', role: 'agent' } as const;

describe('access tokens', () => {
  const tokens = new AccessTokens('a secret of at least 32 characters, for tests');

  it('tell who calls, each time', async () => {
    const token = await tokens.sign(caller);
    expect(await tokens.verify(token)).toEqual(caller);
    expect(await tokens.verify(token)).toEqual(caller);
  });

  it('are known until they expire and no longer', async () => {
    const token = await tokens.sign(caller, '1s');
    expect(await tokens.verify(token)).toEqual(caller);
    await pause(1_100);
    await expect(tokens.verify(token)).rejects.toThrow(TokenExpired);
  });

  it('of another secret are refused', async () => {
    const token = await new AccessTokens('another secret of at least 32 characters').sign(caller);
    await expect(tokens.verify(token)).rejects.toThrow(TokenInvalid);
  });
});
