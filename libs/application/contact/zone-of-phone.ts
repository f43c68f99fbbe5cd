import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import type { ContactTimeZone } from '@app/domain/contact';

const zonesOf = new Map<CountryCode, readonly string[]>();

/** The zone of the country of a phone number (E.164), if it has only one. */
export function zoneOfPhone(phone: string | undefined): ContactTimeZone | null {
  const country = phone === undefined ? undefined : parsePhoneNumberFromString(phone)?.country;
  if (country === undefined) return null;
  const zones = zonesOf.get(country) ?? new Intl.Locale(`und-${country}`).getTimeZones() ?? [];
  zonesOf.set(country, zones);
  const [name, ...others] = zones;
  return name === undefined || others.length > 0 ? null : { name, source: 'phone' };
}
