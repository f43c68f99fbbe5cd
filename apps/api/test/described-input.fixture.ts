import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';

export type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly not?: Schema;
};

const phones = ['+14155550132', '+442079460958', '+4915112345678', '+14155550198'];
const hexadecimal = [...'0123456789abcdef'];

/** Values of a format; a format that only an engine can check has samples. */
const ofFormat: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  uuid: fc.uuid({ version: [4, 5, 7] }),
  email: fc
    .tuple(fc.stringMatching(/^[a-z0-9]{1,20}$/), fc.stringMatching(/^[a-z]{2,20}$/))
    .map(([name, host]) => `${name}@${host}.example`),
  phone: fc.constantFrom(...phones),
  'link-template': fc.constantFrom(
    'https://portal.example/{conversationId}',
    'http://localhost:3000/#/c/{conversationId}?a=1',
  ),
  'account-sid': fc.constantFrom(`AC${'1'.repeat(32)}`, `AC${'2'.repeat(32)}`),
  origin: fc.constantFrom('https://shop.example', 'http://localhost:5173', 'https://a.example:8443'),
  'time-zone': fc.constantFrom('Europe/Berlin', 'America/New_York', 'UTC'),
  // A first day that is not after the last one.
  date: fc.constant('2026-01-05'),
  'date-time': fc
    .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2026-01-01T00:00:00Z'), noInvalidDate: true })
    .map((date) => date.toISOString()),
};

/** Any value that the schema describes. */
export function valueOf(schema: Schema, resolve: (ref: string) => Schema): fc.Arbitrary<unknown> {
  if (schema.nullable) return fc.option(valueOf({ ...schema, nullable: false }, resolve));
  if (schema.$ref !== undefined) return valueOf(resolve(schema.$ref), resolve);
  if (schema.allOf) return valueOf(merged(schema.allOf, resolve), resolve);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
    case 'array':
      return fc.uniqueArray(valueOf(schema.items ?? {}, resolve), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(3, schema.maxItems ?? 3),
      });
    case 'object':
      return objectOf(schema, resolve);
    default:
      return (schema.format === undefined ? undefined : ofFormat[schema.format]) ?? textOf(schema);
  }
}

function textOf({ pattern, minLength = 0, maxLength = 50 }: Schema): fc.Arbitrary<string> {
  const text = fc.oneof(
    fc.string({ minLength, maxLength, unit: 'grapheme' }),
    fc.string({ minLength, maxLength, unit: 'binary' }),
    fc.stringMatching(/^[\w -]+$/, { maxLength }),
  );
  const pastes = fc
    .array(fc.constantFrom(...hexadecimal), { minLength: 1, maxLength })
    .map((letters) => letters.join(''));
  const isDescribed = (value: string): boolean =>
    value.length >= minLength &&
    value.length <= maxLength &&
    (pattern === undefined || new RegExp(pattern).test(value));
  return fc.oneof(text, pastes).filter(isDescribed);
}

function objectOf(
  { properties = {}, required = [], oneOf, anyOf }: Schema,
  resolve: (ref: string) => Schema,
): fc.Arbitrary<object> {
  const choices = oneOf ?? anyOf;
  const record = (needed: readonly string[], left: readonly string[]): fc.Arbitrary<object> =>
    fc.record(
      Object.fromEntries(
        Object.entries(properties)
          .filter(([name]) => !left.includes(name))
          .map(([name, schema]) => [name, valueOf(schema, resolve)]),
      ),
      { requiredKeys: [...needed] as never[] },
    );
  if (!choices) return record(required, []);
  const all = [...new Set(choices.flatMap(({ required: needed = [] }) => needed))];
  return fc.oneof(
    ...choices.map(({ required: needed = [], not, properties: stricter = {} }) =>
      record(
        [...required, ...needed],
        [
          ...[not, ...(not?.anyOf ?? [])].flatMap((without) => without?.required ?? []),
          ...(oneOf ? all.filter((name) => !needed.includes(name)) : []),
        ],
      ).filter((value) =>
        Object.entries(stricter).every(
          ([name, { minItems = 0 }]) => ((value as Record<string, unknown[]>)[name]?.length ?? 0) >= minItems,
        ),
      ),
    ),
  );
}

const merged = (parts: readonly Schema[], resolve: (ref: string) => Schema): Schema =>
  Object.assign({}, ...parts.map((part) => (part.$ref === undefined ? part : resolve(part.$ref)))) as Schema;

export const resolverOf =
  ({ components }: OpenAPIObject) =>
  (ref: string): Schema =>
    (components?.schemas?.[ref.split('/').at(-1) ?? ''] ?? {}) as Schema;
