import { Args, Query, Resolver } from '@nestjs/graphql';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { connection } from '../http/page.view.js';
import { ConnectionArgs, OneArgs } from '../http/paging.dto.js';
import { ImportRowsArgs } from './imports.requests.dto.js';
import { ImportsService } from './imports.service.js';
import { ImportConnection, ImportDto, ImportRowConnection } from './imports.view.js';

@Resolver()
export class ImportsResolver {
  constructor(private readonly service: ImportsService) {}

  @Query(() => ImportConnection, { description: 'Newest first, each with its progress.' })
  @Requires('imports')
  async imports(
    @Args() args: ConnectionArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<InstanceType<typeof ImportConnection>> {
    return connection(await this.service.list(programId, { ...args, limit: args.first }));
  }

  @Query(() => ImportDto)
  @Requires('imports')
  async import(@Args() { id, position }: OneArgs, @Caller() { programId }: CallerIdentity): Promise<ImportDto> {
    return this.service.one(programId, id, position);
  }

  @Query(() => ImportRowConnection, {
    description: 'The rows of the file that were handled so far, and what became of each.',
  })
  @Requires('imports')
  async importRows(
    @Args() args: ImportRowsArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<InstanceType<typeof ImportRowConnection>> {
    return connection(await this.service.rows(programId, args.id, args, { ...args, limit: args.first }));
  }
}
