import { isEmail } from 'class-validator';
import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js';

/** Tabs and line breaks are text; other control characters are not. */
const controlCharacters = /[\p{Cc}]/u;

/** Text for people: not blank, well-formed Unicode, no control characters except tabs and line breaks. */
export const isCleanText = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.trim() !== '' &&
  value.isWellFormed() &&
  !controlCharacters.test(value.replace(/[\t\n\r]/g, ''));

export const LONGEST_EMAIL = 254;

/** The library's own check throws on text that is not well-formed. */
export const isEmailAddress = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= LONGEST_EMAIL && value.isWellFormed() && isEmail(value);

/** The IANA name of a time zone. */
export const isZone = (value: unknown): boolean => {
  if (typeof value !== 'string' || !/^[A-Za-z][\w+/-]{1,49}$/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
};

/** How far the clock of another system may be ahead of ours, in ms. */
const CLOCK_TOLERANCE_MS = 60_000;

/** A time in the past, in a readable form (not every form of ISO 8601 is). */
export const isPastTime = (value: unknown): boolean =>
  typeof value === 'string' && Date.parse(value) <= Date.now() + CLOCK_TOLERANCE_MS;

/** Only a bare number: words around it or an extension would be dropped. */
function phoneIn(value: unknown): PhoneNumber | undefined {
  const phone = typeof value === 'string' ? parsePhoneNumberFromString(value, { extract: false }) : undefined;
  return phone?.ext === undefined ? phone : undefined;
}

/** The phone number in E.164; anything else unchanged. */
export const toE164 = <Value>(value: Value): Value | string => phoneIn(value)?.number ?? value;

/** A valid phone number in E.164. */
export function isE164(value: unknown): boolean {
  const phone = phoneIn(value);
  return phone?.number === value && phone?.isValid() === true;
}
