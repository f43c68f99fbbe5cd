import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { DomainError } from '@app/kernel';
import {
  callerKey,
  callerOf,
  Configuration,
  RateLimit,
  TooManyRequests,
  type AuthenticatedRequest,
} from '@app/platform';
import { costOf, QueryTooCostly, type Operation } from './query-cost.js';

/** Longest document, in UTF-16 units; introspection has about 1,500. */
const LONGEST_DOCUMENT = 10_000;
/** Most tokens of a document; introspection has about 250. */
export const MOST_TOKENS = 1_000;

/** The costs of a document that are cached, each by its operation and variables as JSON of at most this length. */
const COSTS_OF_DOCUMENT = 50;
const LONGEST_KEY = 200;

type Execution = {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly request: AuthenticatedRequest;
};

/** Limits the cost of GraphQL before execution: of parsing, of one request, and of one caller in a minute. */
export class GraphqlLimits {
  private readonly perMinute: RateLimit;
  private readonly costs = new WeakMap<DocumentNode, LRUCache<string, number>>();

  constructor(private readonly configuration: Configuration) {
    this.perMinute = new RateLimit('graphql-cost', configuration.GRAPHQL_COST_PER_MINUTE);
  }

  /** @throws DocumentRefused */
  checkDocument(source: string): void {
    if (source.length > LONGEST_DOCUMENT) throw new DocumentRefused(`has more than ${LONGEST_DOCUMENT} characters`);
    // Mercurius would also accept a parsed document as JSON, whose tokens are not counted.
    if (/^\s*(?:["[\d-]|\{\s*["}])/.test(source)) throw new DocumentRefused('is JSON; send it in the query language');
  }

  /** @throws QueryTooCostly, TooManyRequests */
  checkCost({ schema, document, variables, request }: Execution): void {
    const { GRAPHQL_COST_PER_REQUEST: limit } = this.configuration;
    const cost = this.costOf(schema, { document, variables, operationName: operationNameOf(request) });
    // A refused query is counted too: its analysis had a cost.
    const usage = this.perMinute.take(callerKey(callerOf(request)), Math.min(cost, limit));
    if (cost > limit) throw new QueryTooCostly(cost, limit);
    if (usage.isExceeded) throw new TooManyRequests(usage);
  }

  /** The same document with the same variables has the same cost. */
  private costOf(schema: GraphQLSchema, operation: Operation): number {
    const key = JSON.stringify([operation.operationName, operation.variables]);
    if (key.length > LONGEST_KEY) return costOf(schema, operation);
    const known = this.costs.get(operation.document) ?? new LRUCache({ max: COSTS_OF_DOCUMENT });
    this.costs.set(operation.document, known);
    const cost = known.get(key) ?? costOf(schema, operation);
    known.set(key, cost);
    return cost;
  }
}

export function operationNameOf({ method, query, body }: AuthenticatedRequest): string | undefined {
  const { operationName } = ((method === 'GET' ? query : body) ?? {}) as { readonly operationName?: unknown };
  return typeof operationName === 'string' ? operationName : undefined;
}

/** The document is refused before it is parsed. */
export class DocumentRefused extends DomainError {
  readonly code = 'InvalidGraphQL';
  override readonly kind = 'invalid';
  constructor(why: string) {
    super(`The GraphQL document ${why}`);
  }
}
