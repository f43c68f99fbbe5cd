import { Args, Query, Resolver } from '@nestjs/graphql';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { FreshDto } from '../http/paging.dto.js';
import { CountsService } from './counts.service.js';
import { CountsDto } from './counts.view.js';

@Resolver()
export class CountsResolver {
  constructor(private readonly service: CountsService) {}

  @Query(() => CountsDto, { description: 'How many conversations there are in each folder, of all and of yours.' })
  @Requires('conversations:read')
  async counts(@Args() { position }: FreshDto, @Caller() caller: CallerIdentity): Promise<CountsDto> {
    return this.service.ofViews(caller, position);
  }
}
