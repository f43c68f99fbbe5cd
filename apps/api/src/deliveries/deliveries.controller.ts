import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { HandleDelivery } from '@app/application';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { DeliveryQueries, Freshness } from '@app/read-models';
import { answer } from '../http/answers.js';
import { Context } from '../http/command-context.js';
import { Id } from '../http/id-param.js';
import { CommandDto } from '../http/command.view.js';
import { DeliveriesDto } from '../views.dto.js';
import { ListDeliveriesDto, SettleDeliveryDto } from './deliveries.requests.dto.js';

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly deliveries: DeliveryQueries,
    private readonly freshness: Freshness,
  ) {}

  /** Texts and emails in one state; `uncertain` are those that wait for a decision. */
  @Get()
  @Requires('deliveries:read')
  async list(@Query() query: ListDeliveriesDto, @Caller() { programId }: CallerIdentity): Promise<DeliveriesDto> {
    await this.freshness.reach(query.position, DeliveryQueries.reads.page);
    return this.deliveries.page(programId, query.status, query.after, query.limit);
  }

  /** Decides about an uncertain one: `resend` may reach the contact twice, `leave` not at all. */
  @Post(':id/settle')
  @HttpCode(200)
  @Requires('deliveries:settle')
  async settle(
    @Id() id: string,
    @Body() { decision }: SettleDeliveryDto,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<CommandDto> {
    return answer(
      await this.commands.execute(
        new HandleDelivery(id, { type: 'SettleDelivery', data: { by: caller.id, decision } }, context),
      ),
    );
  }
}
