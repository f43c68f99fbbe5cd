import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

/** The schema's introspection needs 67 fields. */
const MOST_FIELDS = 200;
const MOST_ROOT_FIELDS = 10;

/** Limits the fields of one document: aliases repeat a query or a command without making it deeper. */
export function limitWidth(context: ValidationContext): ASTVisitor {
  const schema = context.getSchema();
  const roots = [schema.getQueryType(), schema.getMutationType()];
  let fields = 0;
  let rootFields = 0;
  let isReported = false;
  return {
    Field(node) {
      fields += 1;
      if (roots.some((root) => root && root === context.getParentType())) rootFields += 1;
      if (isReported || (fields <= MOST_FIELDS && rootFields <= MOST_ROOT_FIELDS)) return;
      isReported = true;
      context.reportError(
        new GraphQLError(
          `Too many fields: at most ${MOST_ROOT_FIELDS} queries or commands, and ${MOST_FIELDS} fields in all`,
          { nodes: node },
        ),
      );
    },
  };
}
