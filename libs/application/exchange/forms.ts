import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { ContactDetails } from '@app/domain/contact';
import type { Payout } from '@app/domain/referral';
import { DomainError, type JsonObject } from '@app/kernel';
import type { SavedReferral } from '../referral/referral.command.js';
import { isCleanText, isE164, isEmailAddress, isPastTime, isZone, LONGEST_EMAIL, toE164 } from './formats.js';

const text = (maxLength: number) => ({ type: 'string', format: 'clean-text', maxLength });
const list = (items: object, maxItems: number) => ({ type: 'array', items, maxItems, uniqueItems: true });

/** What another system says of a contact; fields that are left out stay as they are. */
export const contactFields = {
  externalId: text(200),
  name: text(200),
  phones: list({ type: 'string', format: 'phone', maxLength: 50 }, 10),
  emails: list({ type: 'string', format: 'email', maxLength: LONGEST_EMAIL }, 10),
  contactType: { enum: ['referrer', 'affiliate', 'referred', 'client', 'unknown'] },
  registered: { type: 'boolean' },
  active: { type: 'boolean' },
  groups: list(text(100), 20),
  homeLocation: text(200),
  timeZone: { type: 'string', format: 'time-zone' },
};

export const referralFields = {
  externalId: text(200),
  referrerExternalId: text(200),
  referredExternalId: text(200),
  status: text(100),
};

export const payoutFields = {
  externalId: text(200),
  amount: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
  currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  paidAt: { type: 'string', format: 'past-time' },
};

export const objectOf = (properties: Readonly<Record<string, object>>, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

export type ContactForm = { readonly externalId: string; readonly changes: Partial<ContactDetails> };

/** A field breaks a rule; the value is not in the message, since it may be personal. */
export class InvalidForm extends DomainError {
  readonly code = 'InvalidForm';
  override readonly kind = 'invalid';
  constructor(
    override readonly field: string,
    readonly rule: string,
  ) {
    super(`${field} breaks the rule ${rule}`);
  }
}

const ajv = new Ajv({
  formats: {
    'clean-text': isCleanText,
    phone: (value: string) => isE164(toE164(value)),
    email: isEmailAddress,
    'time-zone': isZone,
    'past-time': isPastTime,
  },
});
const compiled = new Map<object, ValidateFunction>();

/** @throws InvalidForm for the first field that breaks a rule of the schema */
export function checkForm(schema: object, form: JsonObject): void {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  if (validate(form)) return;
  const [error] = validate.errors ?? [];
  throw new InvalidForm(fieldOf(error), error?.keyword ?? 'schema');
}

function fieldOf({ instancePath = '', params = {} }: Partial<ErrorObject> = {}): string {
  const { missingProperty, additionalProperty } = params as Readonly<Record<string, string | undefined>>;
  const path = instancePath.split('/').slice(1);
  return [...path, missingProperty ?? additionalProperty].filter((part) => part !== undefined).join('.');
}

/** Of a checked form. */
export function contactForm({ externalId, timeZone, phones, ...details }: JsonObject): ContactForm {
  const changes = {
    ...details,
    ...(Array.isArray(phones) && { phones: phones.map((phone) => String(toE164(phone))) }),
    ...(timeZone !== undefined && { timeZone: { name: String(timeZone), source: 'stated' as const } }),
  };
  return { externalId: String(externalId), changes };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Of a checked form. */
export const referralForm = (form: JsonObject): SavedReferral => ({
  externalId: String(form['externalId']),
  referrerExternalId: textOrNull(form['referrerExternalId']),
  referredExternalId: textOrNull(form['referredExternalId']),
  status: textOrNull(form['status']),
});

/** Of a checked form. */
export const payoutForm = ({ externalId, amount, currency, paidAt }: JsonObject): Payout => ({
  externalId: String(externalId),
  amount: Number(amount),
  currency: String(currency),
  paidAt: new Date(String(paidAt)).toISOString(),
});
