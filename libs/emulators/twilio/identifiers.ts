import { randomBytes } from 'node:crypto';

/** A new provider identifier: a two-letter prefix and 32 hexadecimal digits. */
export const newSid = (prefix: 'SM' | 'MM' | 'ME'): string => prefix + randomBytes(16).toString('hex');

/** A date as the provider's API writes it (RFC 2822, always in UTC). */
export const rfc2822 = (date: Date): string => date.toUTCString().replace('GMT', '+0000');
