import fc from 'fast-check';
import twilio from 'twilio';
import { signForm } from './index.js';

describe('a signature', () => {
  it("equals the one in the provider's documentation", () => {
    const params = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    };
    expect(signForm('12345', 'https://example.com/myapp.php?foo=1&bar=2', params)).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=');
  });

  it('is accepted by the SDK, and refused for another value, address or token', () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme' });
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,9}$/);
    fc.assert(
      fc.property(
        fc.dictionary(name, word, { minKeys: 1 }),
        fc.webUrl({ withQueryParameters: true }),
        word,
        (params, url, token) => {
          const signature = signForm(token, url, params);
          const [first = ''] = Object.keys(params);
          expect(twilio.validateRequest(token, signature, url, params)).toBe(true);
          expect(twilio.validateRequest(token, signature, url, { ...params, [first]: `${params[first] ?? ''}x` })).toBe(
            false,
          );
          expect(twilio.validateRequest(token, signature, `${url}x`, params)).toBe(false);
          expect(twilio.validateRequest(`${token}x`, signature, url, params)).toBe(false);
        },
      ),
    );
  });
});
