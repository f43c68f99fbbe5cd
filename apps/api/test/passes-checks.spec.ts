import { inspect } from 'node:util';
import type { Type } from '@nestjs/common';
import { Allow, getMetadataStorage, IsDefined, IsString, ValidateBy, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { ApiModule } from '../src/api.module.js';
import { hasPlan, passesChecks } from '../src/http/passes-checks.js';
import { RequestPipe } from '../src/http/request.pipe.js';
import { almost, bodyOf } from './any-input.fixture.js';
import { NOBODY } from './api.fixture.js';

type Validate = RequestPipe['validate'];

/** The same pipe, with class-validator alone. */
class PipeOfLibrary extends RequestPipe {
  protected override validate(...given: Parameters<Validate>): ReturnType<Validate> {
    const { validate } = Object.getPrototypeOf(RequestPipe.prototype) as { readonly validate: Validate };
    return validate.apply(this, given);
  }
}

const checksOf = (type: Type) => getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);

/** Every class that a route or a resolver of the API takes and that has checks. */
const classes = [
  ...new Set(
    ['controllers', 'providers']
      .flatMap((kind) => Reflect.getMetadata(kind, ApiModule) as readonly unknown[])
      .filter((one): one is Type<object> => typeof one === 'function')
      .flatMap(({ prototype }: { readonly prototype: object }) =>
        Object.getOwnPropertyNames(prototype).flatMap(
          (method) => (Reflect.getMetadata('design:paramtypes', prototype, method) ?? []) as readonly Type[],
        ),
      )
      .filter((type) => typeof type === 'function' && checksOf(type).length > 0),
  ),
].map((type) => ({ name: type.name, type }));

const valid: Readonly<Record<string, readonly unknown[]>> = {
  isUuid: [NOBODY],
  isPhone: ['+14155550190', '+1 415 555 0191'],
  isEmail: ['a@b.example', 'c@d.example'],
  isLinkTemplate: ['https://portal.example/{conversationId}'],
  isCleanText: ['Hello'],
  isAccountSid: [`AC${'1'.repeat(32)}`],
  isOrigin: ['https://shop.example'],
  isTime: ['2026-01-01T00:00:00Z'],
  isPastTime: ['2026-01-01T00:00:00Z'],
  matches: ['USD'],
  isInt: [1, '7'],
  isBoolean: [true, false],
  isString: ['anna'],
};

/** The fields of a class with some valid values. */
const fieldsOf = (type: Type): Readonly<Record<string, readonly unknown[]>> =>
  Object.fromEntries(
    checksOf(type).map(({ propertyName }) => [
      propertyName,
      checksOf(type)
        .filter((check) => check.propertyName === propertyName)
        .flatMap(({ name = '', constraints, each }) => {
          const values = name === 'isIn' ? (constraints[0] as readonly unknown[]) : (valid[name] ?? []);
          return each ? [values] : values;
        }),
    ]),
  );

/** Bodies that most classes accept: all fields with a known valid value. */
const validOf = (type: Type): fc.Arbitrary<object> =>
  fc.record(
    Object.fromEntries(
      Object.entries(fieldsOf(type))
        .filter(([, values]) => values.length > 0)
        .map(([name, values]) => [name, fc.constantFrom(...values)]),
    ),
  );

/** What the pipe returns or throws, with the class of each object. */
async function resultOf(pipe: RequestPipe, text: string, type: Type): Promise<string> {
  const shown = (value: unknown): string =>
    inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null });
  try {
    return shown(await pipe.transform(JSON.parse(text), { type: 'body', metatype: type }));
  } catch (error) {
    return `refused ${shown((error as { errors?: unknown }).errors ?? error)}`;
  }
}

const isJson = (text: string | undefined): text is string => {
  try {
    return text !== undefined && JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
};

describe('checks that are looked up once for each class', () => {
  const [ours, librarys] = [new RequestPipe(), new PipeOfLibrary()];

  it('finds the classes', () => expect(classes.length).toBeGreaterThan(20));

  it.each(classes)(
    '$name: a body is accepted, or refused in the same words, as by class-validator',
    async ({ type }) => {
      expect(hasPlan(type)).toBe(true);
      const bodies = fc.oneof(
        validOf(type).map((body) => JSON.stringify(body)),
        almost(fieldsOf(type)).map((body) => JSON.stringify(body)),
        bodyOf(fieldsOf(type)).filter(isJson),
      );
      let accepted = 0;
      const isAsByLibrary = async (text: string): Promise<void> => {
        const expected = await resultOf(librarys, text, type);
        if (!expected.startsWith('refused')) accepted += 1;
        expect(await resultOf(ours, text, type)).toBe(expected);
      };
      await fc.assert(fc.asyncProperty(bodies, isAsByLibrary), { numRuns: 150 });
      expect(accepted).toBeGreaterThan(0);
    },
  );

  it.each([
    { has: 'a nested object', decorators: [ValidateNested()] },
    { has: 'IsDefined', decorators: [IsDefined()] },
    { has: 'a field without checks', decorators: [Allow()] },
    { has: 'groups', decorators: [IsString({ groups: ['some'] })] },
    { has: 'a check with a condition', decorators: [IsString({ validateIf: () => false })] },
    {
      has: 'a check that waits',
      decorators: [ValidateBy({ name: 'waits', validator: { validate: async () => true } })],
    },
  ])('a class that has $has is left to class-validator', ({ decorators }) => {
    class Dto {
      readonly a!: string;
    }
    for (const decorate of [IsString(), ...decorators]) decorate(Dto.prototype, 'a');
    expect(passesChecks(Object.assign(new Dto(), { a: 'x' }))).toBe(false);
  });

  it('an object with an unknown, inherited or missing field is left to class-validator', () => {
    class Dto {
      @IsString() readonly a!: string;
    }
    const passes = (fields: object): boolean => passesChecks(Object.assign(new Dto(), fields));
    expect(passes({ a: 'x' })).toBe(true);
    for (const fields of [{}, { a: 'x', b: 1 }, { a: 'x', constructor: Dto }, { a: 'x', toString: 1 }, { a: ['x'] }])
      expect(passes(fields)).toBe(false);
  });
});
