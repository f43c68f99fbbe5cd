import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { Configuration } from '@app/platform';
import { formatErrors } from './graphql-errors.js';
import { GraphqlLimits, MOST_TOKENS, operationNameOf } from './graphql-limits.js';
import { limitWidth } from './limit-width.js';
import { isPlainQuery } from './plain-query.js';

/** Our schema has seven levels and no cycles; the usual introspection needs this many. */
const DEEPEST_QUERY = 16;
/** Number of parsed documents that are cached, each of at most `MOST_TOKENS`; clients use few. */
const DOCUMENTS_IN_MEMORY = 100;

@Module({
  imports: [
    GraphQLModule.forRootAsync<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      inject: [Configuration],
      useFactory: (configuration: Configuration) => settings(new GraphqlLimits(configuration)),
    }),
  ],
})
export class GraphqlApiModule {}

function settings(limits: GraphqlLimits): Omit<MercuriusDriverConfig, 'driver'> {
  return {
    autoSchemaFile: true,
    buildSchemaOptions: { numberScalarMode: 'integer' },
    fieldResolverEnhancers: ['guards'],
    sortSchema: true,
    graphiql: false,
    cache: DOCUMENTS_IN_MEMORY,
    graphql: { parseOptions: { maxTokens: MOST_TOKENS } },
    queryDepth: DEEPEST_QUERY,
    // A document that is sent again is compiled, between requests; also on a busy server, where it helps most.
    jit: { minCount: 2, eluThreshold: 1 },
    validationRules: [limitWidth],
    errorFormatter: formatErrors as NonNullable<MercuriusDriverConfig['errorFormatter']>,
    hooks: {
      preParsing: (_schema, source) => limits.checkDocument(source),
      preExecution: (schema, document, { reply: { request } }, variables) => {
        limits.checkCost({ schema, document, variables, request });
        // A document that a hook returns is not compiled.
        return isPlainQuery(document, operationNameOf(request)) ? undefined : { document };
      },
    },
  };
}
