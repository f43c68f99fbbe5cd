import { readFileSync } from 'node:fs';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { costOf, QueryTooCostly } from './query-cost.js';

const schema = buildSchema(readFileSync('docs/schema.graphql', 'utf8'));
const cost = (source: string, variables?: Record<string, unknown>, operationName?: string): number =>
  costOf(schema, { document: parse(source), variables, operationName });

/** The cost of `rows` conversations with their ids. */
const inboxOf = (rows: number): number => 10 + rows * 3;

describe('G1: the cost of a GraphQL operation is known before execution', () => {
  it.each([
    ['{ inbox(first: 20) { edges { node { id } } } }', inboxOf(20)],
    ['{ inbox { edges { node { id } } } }', inboxOf(50)], // the default of `first`
    [
      '{ a: inbox(first: 20) { edges { node { id } } } b: inbox(first: 30) { edges { node { id } } } }',
      inboxOf(20) + inboxOf(30),
    ],
    [
      '{ inbox(first: 20) { edges { node { messages(first: 30) { edges { node { id } } } } } } }',
      10 + 20 * (2 + 10 + 30 * 3),
    ],
    [
      '{ inbox(first: 20) { edges { node { a: messages(first: 30) { edges { node { id } } } b: messages(first: 30) { edges { node { id } } } } } } }',
      10 + 20 * (2 + 2 * (10 + 30 * 3)),
    ],
    ['{ inbox(first: 20) { ...F ...F } } fragment F on ConversationConnection { edges { node { id } } }', 10 + 20 * 6],
    ['{ inbox(first: 20) { ... on ConversationConnection { edges { node { id } } } } }', inboxOf(20)],
    ['{ inbox(first: 20) @skip(if: true) { edges { node { id } } } }', 0],
    ['{ inbox(first: 0) { edges { node { id } } } }', inboxOf(1)],
    ['{ contacts(search: "x", first: 5) { id emails } }', 10 + 5 * 2],
    // A list without pages counts as if it had the maximum length.
    [
      '{ contact(id: "x") { conversations { messages(first: 30) { edges { node { id } } } } } }',
      10 + 1 + 50 * (10 + 30 * 3),
    ],
    ['{ inbox(first: -5) { edges { node { id } } } }', inboxOf(1)],
  ])('%s', (source, expected) => expect(cost(source)).toBe(expected));

  it('rows requested by a variable, or by its default, are multiplied too', () => {
    const source = 'query ($first: Int! = 40) { inbox(first: $first) { edges { node { id } } } }';
    expect(cost(source, { first: 7 })).toBe(inboxOf(7));
    expect(cost(source)).toBe(inboxOf(40));
  });

  it('of several operations only the executed one counts', () => {
    const source =
      'query A { inbox(first: 1) { edges { node { id } } } } query B { inbox(first: 200) { edges { node { id } } } }';
    expect(cost(source, {}, 'A')).toBe(inboxOf(1));
    expect(cost(source, {}, 'B')).toBe(inboxOf(200));
  });

  it('introspection has a cost too: the usual one is within a request’s limit, lists in lists are not', () => {
    expect(cost(getIntrospectionQuery())).toBeLessThan(50_000);
    const nested = '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }';
    expect(cost(`{ a: __schema { types { fields { args { type { name } } } } } }`)).toBeGreaterThan(1_000);
    expect(cost(nested)).toBeGreaterThan(10_000);
  });

  it('fragments that expand without end are refused, and the analysis ends early', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    );
    const source = `{ ...F0 } ${doubling.join(' ')} fragment F60 on Query { inbox { edges { node { id } } } }`;
    const began = performance.now();
    expect(() => cost(source)).toThrow(QueryTooCostly);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
