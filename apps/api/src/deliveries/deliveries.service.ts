import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleDelivery } from '@app/application';
import type { CommandContext } from '@app/eventing';
import type { CallerIdentity } from '@app/platform';
import { DeliveryQueries, Freshness, type Listing, type DeliveryView } from '@app/read-models';
import { commandResponse, type CommandResponse } from '../http/command-response.js';
import type { PageDto } from '../http/paging.dto.js';
import type { DeliveryFilterDto, SettleDeliveryDto } from './deliveries.requests.dto.js';

/** Deliveries, for REST and GraphQL. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly commands: CommandBus,
    private readonly deliveries: DeliveryQueries,
    private readonly freshness: Freshness,
  ) {}

  /** @throws InvalidCursor */
  async list(
    programId: string,
    { status }: DeliveryFilterDto,
    { position, after, limit }: PageDto,
  ): Promise<Listing<DeliveryView>> {
    return this.freshness.list(programId, position, () => this.deliveries.page(programId, status, after, limit));
  }

  async settle(
    id: string,
    { decision }: SettleDeliveryDto,
    { id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<CommandResponse> {
    return commandResponse(
      await this.commands.execute(new HandleDelivery(id, { type: 'SettleDelivery', data: { by, decision } }, context)),
    );
  }
}
