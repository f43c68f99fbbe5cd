import { Logger } from '@nestjs/common';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { FastifyReply } from 'fastify';
import { DomainError } from '@app/kernel';
import { headersOf, logFailure, problemOf, type Problem } from '@app/platform';

type Extensions = Omit<Problem, 'type' | 'title'> & Partial<Problem>;

const logger = new Logger('GraphQL');

/** Errors have the same stable code as a problem document, and reveal nothing internal. */
export function formatErrors(
  { data, errors = [] }: ExecutionResult,
  context?: unknown,
): { statusCode: number; response: ExecutionResult } {
  const formatted = errors.map((error) => {
    const extensions = problemIn(error);
    const { reply } = (context ?? {}) as { readonly reply?: FastifyReply };
    if (extensions.status >= 500) logFailure(logger, error.originalError, reply?.request.id ?? '');
    void reply?.headers(headersOf(error.originalError));
    return new GraphQLError(extensions.detail, {
      ...(error.locations && { source: error.source ?? null }),
      path: error.path ?? null,
      extensions,
    });
  });
  const statuses = formatted.map(({ extensions }) => Number(extensions['status']));
  const worst = Math.max(400, ...statuses);
  // A request that is refused as a whole, before execution, has one error without a path.
  const refused = errors[0]?.path === undefined ? statuses[0] : undefined;
  return {
    statusCode: data ? 200 : worst >= 500 ? worst : (refused ?? 400),
    response: { data: data ?? null, errors: formatted },
  };
}

/**
 * An error with a path comes from a resolver; one without concerns the request itself, and so does one about an
 * argument.
 */
const problemIn = ({ path, message, originalError }: GraphQLError): Extensions =>
  originalError instanceof DomainError || (path !== undefined && !message.startsWith('Argument "'))
    ? problemOf(originalError)
    : {
        status: 400,
        code: 'InvalidGraphQL',
        rule: 'InvalidGraphQL',
        detail: `The GraphQL request is not valid${reasons(originalError)}`,
      };

/**
 * Only those GraphQL messages that name parts of the schema and the query: others quote values, which may be personal.
 */
const tellable =
  /^(Cannot query field |Unknown (argument|type|fragment|directive) |Field "[\w.]+" |Variable "\$\w+" (is|of type) |\w+ query exceeds |Too many )/;

function reasons(cause: Error | undefined): string {
  const { errors } = (cause ?? {}) as { readonly errors?: unknown };
  const messages = Array.isArray(errors)
    ? errors.map((error: unknown) => (error instanceof Error ? error.message : ''))
    : [];
  const told = messages.filter((message) => tellable.test(message)).slice(0, 5);
  return told.length > 0 ? `: ${told.join('; ')}` : '';
}
