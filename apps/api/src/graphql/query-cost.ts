import { getNullableType, GraphQLError, isListType, type DocumentNode, type GraphQLSchema } from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { DomainError } from '@app/kernel';

/** Reading a page or one conversation from a read model costs as much as this many fields. */
const READ_COST = 10;
/** A list without `first` is bounded by nature: no contact's page has more rows of anything. */
const LONGEST_LIST = 50;
/** A list in an introspection has no argument for its length. */
const INTROSPECTED_ROWS = 10;
/** Fields visited, with fragments expanded: limits the analysis itself. */
const MOST_NODES = 2_000;

/** Each field costs one; those of a page are multiplied by its rows. `first` of a connection counts for its `edges`. */
const estimate: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  if (type.name.startsWith('__'))
    return 1 + childComplexity * (isListType(getNullableType(field.type)) ? INTROSPECTED_ROWS : 1);
  const { first } = args as { readonly first?: unknown };
  if (first !== undefined) return READ_COST + childComplexity * Math.max(1, Number(first));
  const isList = isListType(getNullableType(field.type)) && field.name !== 'edges';
  return childComplexity * (isList ? LONGEST_LIST : 1) + (isRoot(type.name) ? READ_COST : 1);
};

const isRoot = (type: string): boolean => type === 'Query' || type === 'Mutation' || type === 'Subscription';

export type Operation = {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly operationName: string | undefined;
};

/**
 * The highest possible cost of an operation, computed before any data is read: fields, multiplied down the tree by the
 * rows that `first` requests, as a value, a variable or a default.
 * @throws QueryTooCostly for a document whose fragments expand without end, GraphQLError when variables do not fit
 */
export function costOf(schema: GraphQLSchema, { document, variables, operationName }: Operation): number {
  try {
    return getComplexity({
      schema,
      query: document,
      variables: { ...variables },
      ...(operationName !== undefined && { operationName }),
      estimators: [estimate],
      maxQueryNodes: MOST_NODES,
    });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes('maximum allowed number of nodes'))
      throw new QueryTooCostly(null, MOST_NODES);
    throw error;
  }
}

/** The operation costs more than one request may. */
export class QueryTooCostly extends DomainError {
  readonly code = 'QueryTooCostly';
  override readonly kind = 'invalid';
  constructor(cost: number | null, limit: number) {
    super(
      `The query ${cost === null ? `has more than ${limit} fields with its fragments expanded` : `costs ${cost}, and the limit is ${limit}`}; request fewer rows (first) or fields, or split the query into several requests`,
    );
  }
}
