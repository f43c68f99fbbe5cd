import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { ApplicationModule } from '@app/application';
import { problemOf } from '@app/platform';
import { QueriesModule } from '@app/read-models';
import { ConversationsResolver } from './conversations.resolver.js';

const DEEPEST_QUERY = 8;

/** Errors carry the same stable code as a problem document, and nothing of our inside. */
function formatErrors({ data, errors = [] }: ExecutionResult): { statusCode: number; response: ExecutionResult } {
  const formatted = errors.map((error) => {
    const cause = error.originalError;
    // Without a cause of ours the query itself is wrong: GraphQL's own words say where.
    const { status, ...problem } = cause && !(cause instanceof GraphQLError) && !isRequestError(error) ? problemOf(cause) : { status: 400, code: 'InvalidGraphQL', detail: error.message };
    return new GraphQLError(problem.detail, { ...(error.locations && { source: error.source ?? null }), path: error.path ?? null, extensions: { ...problem, status } });
  });
  return { statusCode: data === null || data === undefined ? 400 : 200, response: { data: data ?? null, errors: formatted } };
}

/** The server refuses the request before anything is resolved: too deep, no operation, invalid variables. */
const isRequestError = (error: GraphQLError): boolean => error.path === undefined;

@Module({
  imports: [
    ApplicationModule,
    QueriesModule,
    GraphQLModule.forRoot<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      autoSchemaFile: true,
      sortSchema: true,
      graphiql: true,
      jit: 1,
      queryDepth: DEEPEST_QUERY,
      errorFormatter: formatErrors as NonNullable<MercuriusDriverConfig['errorFormatter']>,
    }),
  ],
  providers: [ConversationsResolver],
})
export class GraphqlApiModule {}
