import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { ConnectionArgs, OneArgs } from '../http/paging.dto.js';
import { RequestExportInput } from './exports.requests.dto.js';
import { ExportsService } from './exports.service.js';
import { ExportConnection, ExportDto, RequestedDto } from './exports.view.js';

@Resolver(() => ExportDto)
export class ExportsResolver {
  constructor(private readonly files: ExportsService) {}

  @Query(() => ExportConnection, { description: 'Files with all messages, newest first.' })
  @Requires('exports', 'messages:read')
  async exports(
    @Args() args: ConnectionArgs,
    @Caller() caller: CallerIdentity,
  ): Promise<InstanceType<typeof ExportConnection>> {
    return connection(await this.files.list(caller, { ...args, limit: args.first }));
  }

  @Query(() => ExportDto, { description: 'One file: how far it is, and the link to it once it is finished.' })
  @Requires('exports', 'messages:read')
  async export(@Args() { id, position }: OneArgs, @Caller() caller: CallerIdentity): Promise<ExportDto> {
    return this.files.one(caller, id, position);
  }

  @Mutation(() => RequestedDto, {
    description:
      'Requests a file with all messages, or those of some days; it is made in the background and kept for 24 hours.',
  })
  @Requires('exports', 'messages:read')
  async requestExport(
    @Args('input') input: RequestExportInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<RequestedDto> {
    return this.files.request(input, caller, context);
  }
}
