import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { CommandDto } from '../http/command.view.js';
import { Id } from '../http/id-param.js';
import { ListDeliveriesDto, SettleDeliveryDto } from './deliveries.requests.dto.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveriesDto } from './deliveries.view.js';

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  /** Texts and emails in one state; `uncertain` ones wait for a decision. */
  @Get()
  @Requires('deliveries:read')
  async list(@Query() query: ListDeliveriesDto, @Caller() { programId }: CallerIdentity): Promise<DeliveriesDto> {
    return this.deliveries.list(programId, query, query);
  }

  /** Decides about an uncertain delivery: with `resend` the contact may get it twice, with `leave` not at all. */
  @Post(':id/settle')
  @HttpCode(200)
  @Requires('deliveries:settle')
  async settle(
    @Id() id: string,
    @Body() body: SettleDeliveryDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return this.deliveries.settle(id, body, caller, context);
  }
}
