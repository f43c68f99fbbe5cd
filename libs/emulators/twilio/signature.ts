import { createHmac } from 'node:crypto';

/**
 * The X-Twilio-Signature of a form post: base64 of HMAC-SHA1 by the auth token over the full URL (without fragment)
 * followed by every parameter's name and value, sorted by name.
 *
 * Written from the provider's description and not with its SDK, so that the SDK's check of it proves something.
 */
export function signForm(authToken: string, url: string, params: Readonly<Record<string, string>>): string {
  const [address = ''] = url.split('#');
  const names = Object.keys(params).sort();
  const signed = address + names.map((name) => name + (params[name] ?? '')).join('');
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}
