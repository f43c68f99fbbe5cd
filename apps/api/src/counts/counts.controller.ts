import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { FreshDto } from '../http/paging.dto.js';
import { CountsService } from './counts.service.js';
import { CountsDto } from './counts.view.js';

@ApiTags('conversations')
@Controller('v1/counts')
export class CountsController {
  constructor(private readonly counts: CountsService) {}

  /** How many conversations there are in each folder, of all and of yours. */
  @Get()
  @Requires('conversations:read')
  async ofViews(@Query() { position }: FreshDto, @Caller() caller: CallerIdentity): Promise<CountsDto> {
    return this.counts.ofViews(caller, position);
  }
}
