import { Kind, type DocumentNode, type SelectionNode } from 'graphql';

/** Compiling takes some milliseconds for this many. */
const MOST_FIELDS = 60;

const known = new WeakMap<DocumentNode, boolean>();

/**
 * Whether a document may be compiled: a query of one root field, with arguments nowhere else. Of several operations, the
 * compiler would use the first one for all; it expands fragments without a limit, has had errors with `@skip` and
 * `@include`, and of several reads that fail it reports each.
 */
export function isPlainQuery(document: DocumentNode): boolean {
  const isPlain = known.get(document) ?? isPlainNow(document);
  known.set(document, isPlain);
  return isPlain;
}

function isPlainNow({ definitions: [operation, ...others] }: DocumentNode): boolean {
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== 'query' || others.length > 0)
    return false;
  const [root, ...more] = operation.selectionSet.selections;
  return root !== undefined && more.length === 0 && fieldsIn(root, { mayHaveArguments: true }) <= MOST_FIELDS;
}

/** Infinite if it has something else than fields. */
function fieldsIn(node: SelectionNode, { mayHaveArguments }: { readonly mayHaveArguments: boolean }): number {
  if (node.kind !== Kind.FIELD || node.directives?.length || (node.arguments?.length && !mayHaveArguments))
    return Number.POSITIVE_INFINITY;
  const below = node.selectionSet?.selections ?? [];
  return below.reduce((sum, field) => sum + fieldsIn(field, { mayHaveArguments: false }), 1);
}
