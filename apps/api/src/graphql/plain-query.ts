import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionNode } from 'graphql';

/** Compiling takes some milliseconds for this many. */
const MOST_FIELDS = 60;

/** The query of each document; `null` if it may not be compiled. */
const known = new WeakMap<DocumentNode, OperationDefinitionNode | null>();

/**
 * Whether a document may be compiled: a query of one root field, with arguments nowhere else, and requested by its name
 * or none. The compiler takes the first operation of several and ignores its name, expands fragments without a limit,
 * has had errors with `@skip` and `@include`, and of several reads that fail it reports each.
 */
export function isPlainQuery(document: DocumentNode, operationName: string | undefined): boolean {
  const query = known.has(document) ? known.get(document) : plainQueryIn(document);
  known.set(document, query ?? null);
  return query ? operationName === undefined || operationName === query.name?.value : false;
}

function plainQueryIn({ definitions: [operation, ...others] }: DocumentNode): OperationDefinitionNode | null {
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== 'query' || others.length > 0)
    return null;
  const [root, ...more] = operation.selectionSet.selections;
  const isPlain = root !== undefined && more.length === 0 && fieldsIn(root, { mayHaveArguments: true }) <= MOST_FIELDS;
  return isPlain ? operation : null;
}

/** Infinite if it has something else than fields. */
function fieldsIn(node: SelectionNode, { mayHaveArguments }: { readonly mayHaveArguments: boolean }): number {
  if (node.kind !== Kind.FIELD || node.directives?.length || (node.arguments?.length && !mayHaveArguments))
    return Number.POSITIVE_INFINITY;
  const below = node.selectionSet?.selections ?? [];
  return below.reduce((sum, field) => sum + fieldsIn(field, { mayHaveArguments: false }), 1);
}
