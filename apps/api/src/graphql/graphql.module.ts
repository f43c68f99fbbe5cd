import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { ApplicationModule } from '@app/application';
import { QueriesModule } from '@app/read-models';
import { CommandContexts } from '../http/command-context.js';
import { ConversationsResolver } from './conversations.resolver.js';
import { formatErrors } from './graphql-errors.js';
import { limitWidth } from './limit-width.js';

/** Ours is seven deep and has no circles; this is what the usual introspection needs. */
const DEEPEST_QUERY = 16;

@Module({
  imports: [
    ApplicationModule,
    QueriesModule,
    GraphQLModule.forRoot<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      autoSchemaFile: true,
      sortSchema: true,
      graphiql: false,
      queryDepth: DEEPEST_QUERY,
      validationRules: [limitWidth],
      errorFormatter: formatErrors as NonNullable<MercuriusDriverConfig['errorFormatter']>,
    }),
  ],
  providers: [CommandContexts, ConversationsResolver],
})
export class GraphqlApiModule {}
