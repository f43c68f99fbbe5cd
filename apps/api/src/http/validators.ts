import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, isRFC3339, ValidateBy } from 'class-validator';
import { isCleanText, isE164, isEmailAddress, isPastTime, isZone, LONGEST_EMAIL, toE164 } from '@app/application';

type Described = {
  readonly pattern?: string;
  readonly format?: string;
  readonly maxLength?: number;
  readonly example?: string;
};

/** Adds to a validation what the API description says about it. */
const described =
  (validation: PropertyDecorator, said: Described, { each = false }: { each?: boolean } = {}): PropertyDecorator =>
  (target, key) => {
    validation(target, key);
    ApiProperty(each ? { type: 'array', items: { type: 'string', ...said } } : said)(target, key);
  };

/** Text for people: not blank, well-formed Unicode, no control characters except tabs and line breaks. */
export const IsCleanText = (options: { each?: boolean } = {}): PropertyDecorator =>
  described(
    ValidateBy(
      {
        name: 'isCleanText',
        validator: {
          validate: isCleanText,
          defaultMessage: () => '$property must be text that is not blank, without control characters',
        },
      },
      options,
    ),
    {
      pattern: '^(?=[\\s\\S]*\\S)[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$',
    },
    options,
  );

/** An email address. */
export const IsEmailAddress = (options: { each?: boolean } = {}): PropertyDecorator =>
  described(
    ValidateBy(
      {
        name: 'isEmail',
        validator: {
          validate: isEmailAddress,
          defaultMessage: () => '$property must be an email address',
        },
      },
      options,
    ),
    { format: 'email', maxLength: LONGEST_EMAIL },
    options,
  );

const linkTemplate = /^https?:\/\/\w[^\s{}<>"'`\\]{0,400}\{conversationId\}[^\s{}<>"'`\\]{0,80}$/;
const isLinkTemplate = (value: unknown): boolean =>
  typeof value === 'string' && linkTemplate.test(value) && URL.canParse(value.replace('{conversationId}', 'id'));

/** The address of a page about a conversation, with `{conversationId}` in its place. */
export const IsLinkTemplate = (): PropertyDecorator =>
  described(
    ValidateBy({
      name: 'isLinkTemplate',
      validator: {
        validate: isLinkTemplate,
        defaultMessage: () => '$property must look like https://portal.example/{conversationId}',
      },
    }),
    { format: 'link-template', maxLength: 500, example: 'https://portal.example/{conversationId}' },
  );

const isAccountSid = (value: unknown): boolean => typeof value === 'string' && /^AC[0-9a-f]{32}$/.test(value);

/** The provider's id of an account. */
export const IsAccountSid = (): PropertyDecorator =>
  described(
    ValidateBy({
      name: 'isAccountSid',
      validator: {
        validate: isAccountSid,
        defaultMessage: () => '$property must be AC and 32 hexadecimal digits, as the provider shows it',
      },
    }),
    { format: 'account-sid', example: `AC${'0'.repeat(32)}` },
  );

const isOrigin = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value;

/** A site, as browsers name it in `Origin`. */
export const IsOrigin = (options: { each?: boolean } = {}): PropertyDecorator =>
  described(
    ValidateBy(
      {
        name: 'isOrigin',
        validator: { validate: isOrigin, defaultMessage: () => '$property must look like https://shop.example' },
      },
      options,
    ),
    { format: 'origin', maxLength: 300, example: 'https://shop.example' },
    options,
  );

/** A phone number, in international form (`+14155550132`, spaces and dashes allowed); becomes E.164. */
export const IsPhone = (options: { each?: boolean } = {}): PropertyDecorator => {
  const normalise = Transform(({ value }: { value: unknown }) =>
    Array.isArray(value) ? value.map((one: unknown) => toE164(one)) : toE164(value),
  );
  const validate = ValidateBy(
    {
      name: 'isPhone',
      validator: {
        validate: isE164,
        defaultMessage: () => '$property must be a phone number in international form, such as +14155550132',
      },
    },
    options,
  );
  return (target, key) => {
    normalise(target, key);
    described(validate, { format: 'phone', example: '+14155550132' }, options)(target, key);
  };
};

/** A time zone by its IANA name; an offset such as `+01:00` does not know summer time. */
export const IsZone = (): PropertyDecorator =>
  described(
    ValidateBy({
      name: 'isTimeZone',
      validator: {
        validate: isZone,
        defaultMessage: () => '$property must be the IANA name of a time zone, such as Europe/Berlin',
      },
    }),
    { format: 'time-zone', example: 'Europe/Berlin' },
  );

/** Not the 31st of February, which `Date` takes for a day of March. */
const hasDay = (time: string): boolean =>
  new Date(`${time.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(time.slice(8, 10));

/** A calendar day, as in RFC 3339. */
export const IsDay = (): PropertyDecorator =>
  described(
    ValidateBy({
      name: 'isDay',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])-\d{2}$/.test(value) && hasDay(value),
        defaultMessage: () => '$property must be a day such as 2026-01-31',
      },
    }),
    { format: 'date' },
  );

/** A date and time with its offset, as in RFC 3339. */
export const IsTime = (): PropertyDecorator =>
  described(
    ValidateBy({
      name: 'isTime',
      validator: {
        validate: (value: unknown) =>
          isRFC3339(value) && !Number.isNaN(Date.parse(String(value))) && hasDay(String(value)),
        defaultMessage: () => '$property must be a date and time such as 2026-01-05T09:00:00Z',
      },
    }),
    { format: 'date-time' },
  );

/** A time in the past, in a readable form (not every form of ISO 8601 is). */
export const IsPastTime = (): PropertyDecorator =>
  described(
    ValidateBy({
      name: 'isPastTime',
      validator: {
        validate: isPastTime,
        defaultMessage: () =>
          '$property must be a date and time such as 2026-01-05T09:00:00Z that is not in the future',
      },
    }),
    { format: 'date-time' },
  );

/** A number in a query: decimal digits, where `Number` would also accept `0x10`, `1e3` and an empty string. */
export const AsNumber = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  );

/** An optional field; null is the same as leaving it out. */
export const Optional = (): PropertyDecorator => (target, key) => {
  IsOptional()(target, key);
  Transform(({ value }: { value: unknown }) => value ?? undefined)(target, key);
};
