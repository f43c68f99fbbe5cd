import { inspect } from 'node:util';
import { openEventStoreDb } from './index.js';

describe('connection strings of EventStoreDB', () => {
  const printed: unknown[] = [];
  const { warn } = console;
  beforeAll(() => void (console.warn = (...what: unknown[]) => void printed.push(...what)));
  afterAll(() => void (console.warn = warn));

  it.each([
    'host:abc',
    'host:2113?tls=maybe',
    'host:2113?tlsVerifyCert=false',
    'host:2113?unknown=1',
    'host:2113?tls',
    '%zz@host:2113',
    'host:1:2',
  ])('rule 12: an invalid one is refused without showing its password: %s', (rest) => {
    let refused: unknown;
    try {
      openEventStoreDb({ url: `esdb://user:s3cret@${rest}` });
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(TypeError);
    expect(inspect([refused, printed], { depth: 9 })).not.toContain('s3cret');
  });

  it.each([
    'esdb://user:s3cret@host:2113',
    'esdb+discover://user:s3cret@cluster:2113?nodePreference=leader&keepAliveInterval=10000',
    'esdb://127.0.0.1:2113?tls=false',
  ])('%s is valid', async (url) => {
    await openEventStoreDb({ url }).close();
  });
});
