import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import {
  astFromValue,
  buildSchema,
  execute,
  getNamedType,
  GraphQLString,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  print,
  validate,
  type ExecutionResult,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type ValueNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { ConversationNotFound } from '@app/domain/conversation';
import { formatErrors } from './graphql-errors.js';
import { isPlainQuery } from './plain-query.js';

const schema = buildSchema(readFileSync('docs/schema.graphql', 'utf8'));

it.each([
  ['{ inbox(first: 1) { edges { node { id } } } }', true],
  ['query Ask($first: Int) { a: inbox(first: $first) { edges { node { id } } } }', true],
  ['mutation { archiveConversation(input: { conversationId: "x" }) { revision } }', false],
  ['query A { __typename } query B { __typename }', false],
  ['{ inbox { edges { node { messages(first: 1) { edges { node { id } } } } } } }', false],
  ['{ a: inbox { edges { node { id } } } b: inbox { edges { node { id } } } }', false],
  ['{ ...F } fragment F on Query { __typename }', false],
  ['{ ... { __typename } }', false],
  ['{ __typename @skip(if: true) }', false],
  ['query ($x: Boolean!) { inbox @include(if: $x) { pageInfo { endCursor } } }', false],
  [`{ inbox { ${Array.from({ length: 60 }, (_, index) => `a${index}: __typename`).join(' ')} } }`, false],
])('%s', (source, isPlain) => {
  const document = parse(source);
  // The second time from memory.
  expect([isPlainQuery(document, undefined), isPlainQuery(document, undefined)]).toEqual([isPlain, isPlain]);
});

it('a query that is requested by another name is not compiled', () => {
  const document = parse('query Ask { inbox { edges { node { id } } } }');
  for (const name of [undefined, 'Ask']) expect(isPlainQuery(document, name)).toBe(true);
  for (const name of ['Other', '']) expect(isPlainQuery(document, name)).toBe(false);
  expect(isPlainQuery(parse('{ inbox { edges { node { id } } } }'), 'Ask')).toBe(false);
});

describe('a compiled query', () => {
  /** What a resolver does: derived from its place and the seed, so that both executions see the same. */
  type Place = { readonly path: string };
  let seed = 0;
  const draw = (path: string, below: number): number => {
    let hash = seed;
    for (const character of path) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
    return (Math.imul(hash ^ (hash >>> 13), 2_654_435_761) >>> 8) % below;
  };
  const leaves = ['x', '', 'ä"\\\n', 7, -1, 1.5, true, null, undefined, Number.NaN, { a: 1 }, 2 ** 40];

  function resolved(type: GraphQLOutputType, path: string): unknown {
    if (isNonNullType(type)) return draw(path, 30) === 0 ? null : resolved(type.ofType, path);
    if (draw(`${path}?`, 30) === 0) return null;
    if (isListType(type))
      return Array.from({ length: draw(path, 4) }, (_, index) => resolved(type.ofType, `${path}.${index}`));
    if (!isLeafType(type)) return { path };
    if (draw(`${path}!`, 20) === 0) return leaves[draw(`${path}#`, leaves.length)];
    return { Int: 7, Boolean: false }[type.name] ?? `text ${path}`;
  }

  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()))
      field.resolve = (parent: Place | undefined, args: object) => {
        const path = `${parent?.path ?? ''}/${field.name}${JSON.stringify(args)}`;
        const value = resolved(field.type, path);
        // As ours: those that read are asynchronous and may throw, the others take a property.
        if (type.name !== 'Query' && field.args.length === 0) return value;
        if (draw(`${path}/throws`, 10) > 0) return Promise.resolve(value);
        return Promise.reject(draw(path, 2) === 0 ? new ConversationNotFound() : new Error('bug'));
      };
  }

  beforeAll(() => Logger.overrideLogger(false));

  /** Some of a type's fields without arguments, and what is below them. */
  const selection = (type: GraphQLObjectType): fc.Arbitrary<string> => {
    const fields = Object.values(type.getFields()).filter(({ args }) => args.length === 0);
    const one = fc
      .tuple(fc.constantFrom(...fields), fc.constantFrom('', '', 'a: ', 'b: '))
      .chain(([field, alias]) => below(field).map((rest) => `${alias}${field.name}${rest}`));
    return fc
      .array(fc.oneof({ weight: 4, arbitrary: one }, fc.constant('__typename')), { minLength: 1, maxLength: 6 })
      .map((all) => ` { ${all.join(' ')} }`);
  };
  const below = ({ type }: GraphQLField<unknown, unknown>): fc.Arbitrary<string> => {
    const named = getNamedType(type);
    return isObjectType(named) ? selection(named) : fc.constant('');
  };
  const values = fc.constantFrom('$first', '$other', '3', 'null');
  // Texts of a document become part of the compiled code.
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"', '\\', "'", '`${1}`', '*/', '\u2028', '\n'),
  );
  const root = fc
    .tuple(fc.constantFrom(...Object.values(schema.getQueryType()?.getFields() ?? {})), values, texts)
    .chain(([field, first, text]) => {
      const args = field.args.map((arg) =>
        arg.name === 'first'
          ? `first: ${first}`
          : `${arg.name}: ${print(astFromValue(text, GraphQLString) as ValueNode)}`,
      );
      return below(field).map((rest) => `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${rest}`);
    });
  const documents = root
    .map((field) => {
      const types = [field.includes('$first') && '$first: Int', field.includes('$other') && '$other: Int = 2'];
      const declared = types.filter(Boolean).join(', ');
      return parse(`query ${declared && `(${declared})`} { ${field} }`);
    })
    .filter((document) => isPlainQuery(document, undefined) && validate(schema, document).length === 0);

  /** As it is sent. */
  const sent = ({ data, errors }: ExecutionResult): { readonly rest: unknown; readonly errors: readonly string[] } => {
    const { response, ...status } = errors ? formatErrors({ data: data ?? null, errors }) : { response: { data } };
    const { errors: formatted = [], ...rest } = JSON.parse(JSON.stringify(response)) as { errors?: unknown[] };
    return { rest: { ...rest, ...status }, errors: formatted.map((error) => JSON.stringify(error)) };
  };

  it('responds as an interpreted one, also to errors and nulls', async () => {
    const variables = fc.constantFrom({}, { first: 5 }, { first: null }, { other: 9 }, { first: 0, other: null });
    await fc.assert(
      fc.asyncProperty(documents, variables, fc.nat(), async (document, variableValues, nextSeed) => {
        seed = nextSeed;
        const compiled = compileQuery(schema, document);
        if (!isCompiledQuery(compiled)) throw new Error(`not compiled: ${print(document)}`);
        const expected = sent(await execute({ schema, document, variableValues }));
        const given = sent(await compiled.query(undefined, undefined, variableValues));
        expect(given.rest).toEqual(expected.rest);
        // Of several broken values below one that becomes null, an interpreted query reports the first.
        expect(given.errors).toEqual(expect.arrayContaining([...expected.errors]));
        if (expected.errors.length === 0) expect(given.errors).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
